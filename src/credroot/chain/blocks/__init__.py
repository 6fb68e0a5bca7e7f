"""Which block counts: the newest, a final one, one that endpoints agree on."""
