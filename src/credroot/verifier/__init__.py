"""Gather evidence, judge it by a list of checks."""
