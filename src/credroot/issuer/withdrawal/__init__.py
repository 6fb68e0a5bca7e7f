"""Credentials withdrawn, reinstated, or followed by new ones: which, how, and for whom to see."""
