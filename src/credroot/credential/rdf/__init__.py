"""JSON-LD as RDF: contexts, guards and canonical bytes."""
