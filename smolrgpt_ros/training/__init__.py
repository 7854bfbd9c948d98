"""Training: the published three-stage curriculum, the mini that ships, and its detector.

Imports go one way: data <- curriculum, detector, mini <- cli.
"""
