"""Training of the region detector that ships."""
