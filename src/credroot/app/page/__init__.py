"""The verify page: what an employer opens. One wording for everything that a verifier can say, in four languages."""
