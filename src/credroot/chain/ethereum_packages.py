"""Imports of Ethereum packages, without what they do to the interpreter.

py_ecc, which web3, eth_account and py-evm pull in, sets the recursion limit to 100,000 when it is imported. Every
recursive parser then overflows the C stack on deep nesting, and one request of 200 kB ends the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EVM_FRAMES = 20_000
"""Python frames: 1,024 nested contract calls of up to 15 frames each, and some to spare."""


@contextmanager
def keep_recursion_limit() -> Iterator[None]:
    """Give the interpreter's recursion limit back its value of before, whatever was imported inside."""
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


@contextmanager
def allow_recursion(depth: int = EVM_FRAMES) -> Iterator[None]:
    """Raise the limit to `depth` frames while contracts are executed, and put it back.

    py-evm nests Python calls as contracts nest theirs, at most 1,024 deep. The limit is the whole interpreter's, so
    other threads must not parse what they have not measured meanwhile.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, depth))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
