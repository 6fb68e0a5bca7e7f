"""All that verdicts need of others: facts of registries, documents, what was seen a moment ago."""
