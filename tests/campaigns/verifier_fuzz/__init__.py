"""Campaigns C, D and F: mutants of everything that a verifier reads, judged by what was signed or anchored."""
