"""Commands that set something up, or look whether it works."""
