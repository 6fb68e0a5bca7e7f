"""The Merkle tree of a batch, its definition beside it, and the proofs of merkletools."""
