"""Scenes drawn wide, to train detectors on: many looks of each class, of rooms and of light."""
