"""Open Badges: what they are made of, how they are written, what form they must have."""
