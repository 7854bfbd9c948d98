"""A MuJoCo warehouse: scenes, RGB-D frames, masks, and questions with true answers.

Imports go one way: world <- sensing <- warehouse, questions <- datasets.
"""
