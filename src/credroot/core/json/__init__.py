"""JSON: read strictly, measured, and written as the one byte string that is hashed."""
