"""Index events, add them up, reconcile them with what was issued."""
