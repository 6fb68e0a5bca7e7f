"""Transactions: keys, signers, fees, and how they are sent."""
