"""One story of an answer for every picture."""
