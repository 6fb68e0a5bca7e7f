"""A badge picture for issuers that have none: one layout, drawn as SVG and as PNG. Pure."""
