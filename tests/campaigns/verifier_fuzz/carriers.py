"""Credentials in pictures, papers, archives and links; and these, changed, mixed up, or with two of them inside."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Sequence

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.credential.baking.png import bake_png
from credroot.credential.baking.private_link import fragment_of
from credroot.credential.baking.svg import bake_svg
from tests.campaigns.verifier_fuzz import byte_mutants
from tests.credential.baking.pictures import PNG, SVG, itxt, png

LINK = "https://verify.example.edu/#"


def as_png(payload: bytes) -> bytes:
    return bake_png(PNG, payload)


def as_svg(payload: bytes) -> bytes:
    return bake_svg(SVG, payload)


def as_pdf(payload: bytes, other: bytes | None = None) -> bytes:
    """Attach to a PDF as small as one can be."""
    attached = [_stream(payload)] + ([_stream(other)] if other is not None else [])
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, one) for number, one in enumerate(attached, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def _stream(payload: bytes) -> bytes:
    pressed = zlib.compress(payload)
    kind = b"<</Type /EmbeddedFile /Filter /FlateDecode /Length %d>>" % len(pressed)
    return kind + b"\nstream\n" + pressed + b"\nendstream"


def as_zip(*payloads: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, payload in enumerate(payloads):
            archive.writestr(zipfile.ZipInfo(f"badges/{number}.json"), payload, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def as_link(payload: bytes) -> bytes:
    """Press a credential into a private link; what is no credential stays as it is."""
    try:
        value = loads(payload)
    except InputError:
        return payload
    return (LINK + fragment_of(value)).encode() if isinstance(value, dict) else payload


CARRIERS: dict[str, Callable[[bytes], bytes]] = {
    "PNG": as_png,
    "SVG": as_svg,
    "PDF": as_pdf,
    "zip": as_zip,
    "link": as_link,
}


def carried(kind: str, payload: bytes) -> bytes:
    """Put a payload into a carrier; what it does not take stays as it is."""
    try:
        return CARRIERS[kind](payload)
    except InputError:
        return payload


def mutant(kind: str, payload: bytes, rng: random.Random, others: Sequence[bytes]) -> tuple[str, bytes]:
    """Give the name of a change, and a carrier that was changed, or carries two."""
    other = rng.choice(others)
    if rng.random() < 0.7:
        name, data = byte_mutants.mutant(carried(kind, payload), rng, [carried(kind, other)])
        return f"{kind} {name}", data
    return f"{kind} of two", _of_two(kind, payload, other, rng)


def _of_two(kind: str, payload: bytes, other: bytes, rng: random.Random) -> bytes:
    first, second = rng.sample((payload, other), 2)
    if kind == "PNG":
        return png(itxt(first), itxt(second))
    if kind == "PDF":
        return as_pdf(first, second)
    if kind == "zip":
        return as_zip(first, second, as_zip(first))
    if kind == "SVG":
        return as_svg(first).replace(b"</svg>", as_svg(second)[as_svg(second).find(b"<svg") :] + b"</svg>")
    return as_link(first) + b"&" + as_link(second)
