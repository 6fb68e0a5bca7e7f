"""Verifying from settings, and what is told of it in a terminal and in tables."""
