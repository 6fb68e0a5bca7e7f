"""PyLD without its ways to fetch.

On import PyLD builds a default document loader out of requests or aiohttp, whichever is there. Neither is to be had
here: a context is never fetched, and loading them takes three times as long as PyLD itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_FETCHERS = ("requests", "aiohttp")
_lock = Lock()


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Make modules that nobody has imported yet look as if they were not installed."""
    with _lock:
        hidden = [name for name in names if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]
        try:
            yield
        finally:
            for name in hidden:
                del sys.modules[name]


with _without(_FETCHERS):
    from pyld import ContextResolver, jsonld
    from pyld.canon import URDNA2015

__all__ = ["URDNA2015", "ContextResolver", "jsonld"]
