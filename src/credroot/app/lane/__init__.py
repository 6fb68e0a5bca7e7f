"""The heavy lane: work for strangers in processes of its own, which the operating system bounds and ends."""
