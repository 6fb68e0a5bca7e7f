"""The embedded chain as a JSON-RPC node: methods, answers, HTTP."""
