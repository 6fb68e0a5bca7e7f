"""The demonstration: the whole job for real, on the embedded chain."""
