"""JSON-RPC: one endpoint or several, over one connection each, within a deadline."""
