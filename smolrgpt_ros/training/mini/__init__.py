"""The mini that ships: trained on simulated frames, on the CPU of a small machine."""
