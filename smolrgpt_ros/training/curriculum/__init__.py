"""The published three stages at any size, on transformers' Trainer and accelerate."""
