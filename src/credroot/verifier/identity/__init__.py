"""Who is who: what binds a DID, its keys and its account, and who vouches for them."""
