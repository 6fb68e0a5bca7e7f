"""Durable records: the journal of the issuer and the event index of the auditor."""
