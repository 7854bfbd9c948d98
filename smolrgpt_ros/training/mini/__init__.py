"""The mini and the detector that ship: trained on simulated frames, on a small machine."""
