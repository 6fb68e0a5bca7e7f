"""The state that events add up to."""
