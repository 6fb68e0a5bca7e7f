"""The comparisons of `scripts/bench`, by what they are about."""
