"""Credentials inside pictures: bake them in, read them out. No pixel is decoded. Pure."""
