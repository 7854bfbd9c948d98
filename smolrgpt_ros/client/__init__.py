"""Asking a running node: from Python, from the command line."""
