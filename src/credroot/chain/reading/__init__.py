"""What a registry says of credentials, at one block, and how far that can be believed."""
