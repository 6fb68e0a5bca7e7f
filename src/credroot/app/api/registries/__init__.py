"""What is told of the pinned registries: batches, status, readiness."""
