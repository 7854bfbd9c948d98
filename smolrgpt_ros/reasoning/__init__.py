"""Joins frame, regions, question and model: what the model says beside what the depth image measures."""
