"""Watched questions: evaluated with each new frame until a condition on the answer holds."""
