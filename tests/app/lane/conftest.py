"""The workspace of the API's tests, for servers of these."""

from __future__ import annotations

from tests.app.api.conftest import model, workspace

__all__ = ["model", "workspace"]
