"""Typed questions to the query language: tokens, a grammar kept as data, and its reader."""
