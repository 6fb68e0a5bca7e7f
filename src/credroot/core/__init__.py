"""What must never change meaning: values, canonical bytes, tree, proofs, receipts, reports. Pure."""
