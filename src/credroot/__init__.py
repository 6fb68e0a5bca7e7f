"""Credroot: Open Badges anchored on a chain, verified without asking the issuer."""
