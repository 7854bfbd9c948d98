"""Training data in the published layouts, read sample by sample."""
