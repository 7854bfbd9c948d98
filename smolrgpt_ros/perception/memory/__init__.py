"""Object memory: what has been seen, where it is in a fixed frame, and since when."""
