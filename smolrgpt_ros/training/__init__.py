"""The three-stage curriculum: what trains the model and the detector that ship."""
