"""What a workspace opens: connections, signers, registries, and what it keeps from one command to the next."""
