"""Status lists: their bits, their credential, and what they say about another one."""
