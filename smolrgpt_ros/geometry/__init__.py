"""Depth and masks to boxes on the floor, with covariance."""
