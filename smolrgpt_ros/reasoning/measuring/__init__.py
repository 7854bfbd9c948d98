"""Evaluation of questions of the query language on the measured objects of a frame."""
