"""Speed and memory beside the published way of computing."""
