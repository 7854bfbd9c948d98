"""Training the region detector that ships."""
