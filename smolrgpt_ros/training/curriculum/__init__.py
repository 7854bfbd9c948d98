"""The published three stages at any size, with transformers' Trainer and accelerate."""
