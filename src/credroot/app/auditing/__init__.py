"""Auditing from settings: what the command line, the scripts and the demonstration share."""
