"""Questions about a frame, with true answers."""
