"""Commands of verifiers."""
