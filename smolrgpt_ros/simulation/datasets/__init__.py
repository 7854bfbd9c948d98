"""Frames and questions as files."""
