"""A batch of credentials before it is anchored: its people, its folder, its files, looked at twice."""
