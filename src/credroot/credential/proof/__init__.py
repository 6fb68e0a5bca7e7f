"""Proofs of documents: Data Integrity, credentials that are a JWT, and the form that a signature settles."""
