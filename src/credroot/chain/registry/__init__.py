"""The registry contract as it was compiled: calls, events, storage, and where it is deployed."""
