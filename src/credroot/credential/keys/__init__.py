"""Keys: as text, behind DIDs, and the signatures that they make, of bytes and of JWS."""
