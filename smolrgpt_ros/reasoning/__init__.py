"""Joins frame, regions, question and model: what is generated beside what is measured."""
