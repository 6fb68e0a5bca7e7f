"""From an intention to a transaction that is there for good, exactly once."""
