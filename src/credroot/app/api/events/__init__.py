"""The index of events over HTTP."""
