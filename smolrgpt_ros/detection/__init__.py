"""Which objects are in view: detectors that propose masks, and identities that last."""
