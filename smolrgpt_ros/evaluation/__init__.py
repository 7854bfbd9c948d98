"""Scores against the truth, as the benchmark counts them."""
