"""Commands of issuers."""
