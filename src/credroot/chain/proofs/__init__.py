"""What a node says, checked against hashes alone: RLP, tries, headers, receipts, storage. Pure."""
