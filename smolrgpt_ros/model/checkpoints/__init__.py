"""Reading, writing and downloading checkpoints in the published layout."""
