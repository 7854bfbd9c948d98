"""Questions about frames in, answers out, from any thread."""
