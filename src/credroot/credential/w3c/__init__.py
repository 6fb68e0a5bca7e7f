"""Credentials and presentations as the W3C's specifications mean them: their form, and their verification."""
