"""Open Badges documents: build, canonicalise, sign, check, bake. Pure."""
