"""The embedded chain: a whole EVM chain in one folder, for trying things out. It proves nothing to others.

eth-tester and py-evm behind one adapter, kept in SQLite, served as JSON-RPC on loopback. Whoever runs it can
rewrite it, so it has a chain id of its own and every answer that rests on it says what it is.
"""
