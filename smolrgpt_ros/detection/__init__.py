"""Which objects are in view: detectors that propose masks, and a tracker that identifies them."""
