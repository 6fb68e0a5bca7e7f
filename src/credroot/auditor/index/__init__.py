"""Events of a registry, read into an index, and out of it again page by page."""
