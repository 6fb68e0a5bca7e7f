"""The clock of tests that talk to a real node."""

from __future__ import annotations

from datetime import UTC, datetime


def present() -> datetime:
    """Give the present time, aware."""
    return datetime.now(UTC)
