"""What a file says of its anchor: the proof in it, the receipt beside it, the witness of the storage."""
