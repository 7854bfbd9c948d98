"""Speed and memory beside the published baseline."""
