"""Checkpoints: loading any of them, converting the published layout, downloading."""
