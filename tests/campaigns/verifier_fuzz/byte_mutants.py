"""Changes to the bytes of a file, whatever it is, and to the spelling of its JSON."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

ODD = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0", b"\xe2\x80\xa8", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":",
    b"\r\n", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"1e999", b"-", b"NaN", b"null", b"\x89PNG", b"PK\x03\x04",
    b"%PDF-", b"<svg",
)  # fmt: skip
_MEMBER = re.compile(rb'"([A-Za-z@]{2,40})"\s*:')
_LETTER = re.compile(rb'"[^"\\]*?([A-Za-z])')

Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutant(data: bytes, rng: random.Random, others: Sequence[bytes]) -> tuple[str, bytes]:
    """Give the name of a change, and the changed bytes."""
    change = rng.choice(CHANGES)
    return change.__name__.strip("_"), change(data, rng, others)


def _flipped(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randrange(len(data))
    return data[:spot] + bytes([data[spot] ^ 1 << rng.randrange(8)]) + data[spot + 1 :]


def _other_byte(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randrange(len(data))
    return data[:spot] + rng.randbytes(1) + data[spot + 1 :]


def _without_bytes(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randrange(len(data))
    return data[:spot] + data[spot + rng.choice((1, 1, 2, 8, 64)) :]


def _with_bytes(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randint(0, len(data))
    return data[:spot] + rng.choice(ODD) + data[spot:]


def _swapped(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randrange(max(1, len(data) - 1))
    return data[:spot] + data[spot + 1 : spot + 2] + data[spot : spot + 1] + data[spot + 2 :]


def _doubled(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    spot = rng.randrange(len(data))
    end = spot + rng.randrange(1, 200)
    return data[:end] + data[spot:end] + data[end:]


def _cut(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    return data[: rng.randrange(len(data))]


def _grafted(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    spot = rng.randint(0, min(len(data), len(other)))
    return data[:spot] + other[spot:]


def _joined(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    return data + rng.choice((b"", b"\n", b",")) + rng.choice(others)


def _member_twice(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Write a member a second time with another value, before or behind the first."""
    found = list(_MEMBER.finditer(data))
    if not found:
        return _flipped(data, rng, others)
    match = rng.choice(found)
    value = rng.choice((b'"Doctor"', b"null", b"[]", b'"2030-01-01T00:00:00Z"', b"1"))
    return data[: match.start()] + b'"%b": %b, ' % (match[1], value) + data[match.start() :]


def _spelled_otherwise(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Write a letter of a text as an escape, which says the same."""
    found = list(_LETTER.finditer(data))
    if not found:
        return _flipped(data, rng, others)
    spot = rng.choice(found).start(1)
    return data[:spot] + b"\\u%04x" % data[spot] + data[spot + 1 :]


def _spaced(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Add white space, which says the same between tokens of JSON."""
    spots = [match.start() for match in re.finditer(rb"[{}\[\],:]", data)]
    spot = rng.choice(spots) if spots else 0
    return data[:spot] + rng.choice((b" ", b"\n", b"\t", b"\r", b"\x0b", b"\xc2\xa0")) + data[spot:]


def _number_otherwise(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    found = list(re.finditer(rb"(?<=[:\[, ])-?[0-9]+(?=[,}\] ])", data))
    if not found:
        return _spaced(data, rng, others)
    match = rng.choice(found)
    odd = rng.choice((match[0] + b".0", match[0] + b"e0", b"0" + match[0], b"+" + match[0], match[0] + b"00e-2", b"-0"))
    return data[: match.start()] + odd + data[match.end() :]


CHANGES: tuple[Change, ...] = (
    _flipped,
    _flipped,
    _other_byte,
    _without_bytes,
    _with_bytes,
    _swapped,
    _doubled,
    _cut,
    _grafted,
    _joined,
    _member_twice,
    _spelled_otherwise,
    _spaced,
    _number_otherwise,
)
