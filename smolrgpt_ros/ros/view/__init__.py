"""Markers for RViz, and the browser view."""
