"""Region geometry as decoder tokens; off for published checkpoints."""
