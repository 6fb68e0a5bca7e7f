"""Pictures that are made to cost: each is answered within a quarter of a second of processor time, in little memory."""

import subprocess
import sys
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.baking.detect import read_credential_bytes
from credroot.credential.baking.payload import MAX_PICTURE_BYTES
from credroot.credential.baking.png import MAX_CHUNKS, bake_png, chunk
from credroot.credential.baking.svg import MAX_SVG_BYTES, bake_svg
from tests.counted import at_most
from tests.credential.baking.pictures import JSON, JWT, OB3, PNG, SVG, credential, itxt, png, svg

CALLS = 200_000
"""Of functions, for a picture of the largest size: what is done inside of one is bounded by the picture's bytes."""
ROOM = MAX_SVG_BYTES - 300


def refusal_or_none(data):
    try:
        read_credential_bytes(data)
    except InputError as error:
        return error.code
    return None


def numbered(pattern, count):
    return b"".join(pattern % number for number in range(count))


COSTLY = {
    "as many empty chunks as fit": lambda: png(chunk(b"tEXt", b"") * (MAX_PICTURE_BYTES // 12 - 20)),
    "one chunk of 20 MB": lambda: png(chunk(b"tEXt", bytes(MAX_PICTURE_BYTES - 300))),
    "thousands of credentials": lambda: png(itxt(JSON) * (MAX_CHUNKS - 4)),
    "an inflated bomb": lambda: png(itxt(zlib.compress(bytes(1 << 27)), flags=b"\1\0")),
    "as many elements as fit": lambda: svg(b"<a/>" * (ROOM // 4)),
    "a million levels": lambda: svg(b"<a>" * (ROOM // 3)),
    "one element of many attributes": lambda: svg(b"", attributes=numbered(b' a%d=""', 300_000)),
    "as many attributes as allowed": lambda: svg(b"", attributes=numbered(b' a%d=""', 59_000)),
    "as many namespaces as allowed": lambda: svg(b"", attributes=numbered(b' xmlns:a%d="x"', 59_000)),
    "attributes by default": lambda: svg(
        b"<a/>" * 19_000, before=b"<!DOCTYPE svg [" + numbered(b'<!ATTLIST a a%d CDATA "x">', 900) + b"]>"
    ),
    "fewer attributes by default": lambda: svg(
        b"<a/>" * 19_000, before=b"<!DOCTYPE svg [" + numbered(b'<!ATTLIST a a%d CDATA "x">', 99) + b"]>"
    ),
    "a deep content model": lambda: svg(
        b"", before=b"<!-- <svg --><!DOCTYPE svg [<!ELEMENT a " + b"(" * 10**6 + b"b" + b")" * 10**6 + b">]>"
    ),
    "line ends": lambda: svg(b"\n" * ROOM),
    "character references": lambda: svg(b"&#65;" * (ROOM // 5)),
    "comments": lambda: svg(b"<!---->" * (ROOM // 7)),
    "instructions": lambda: svg(b"<?a?>" * (ROOM // 5)),
    "a credential in pieces": lambda: svg(credential(b"<![CDATA[x]]>" * (ROOM // 13)), attributes=OB3),
    "a wide tag": lambda: svg(b"", attributes=b" " * ROOM),
    "blanks": lambda: b" " * MAX_PICTURE_BYTES,
    "angle brackets": lambda: b"<" * MAX_PICTURE_BYTES,
    "dots": lambda: b"eyA." * (MAX_PICTURE_BYTES // 4),
}


@pytest.mark.parametrize("build", COSTLY.values(), ids=COSTLY)
def test_a_picture_that_is_made_to_cost_is_refused_after_little_work(build):
    data = build()
    refusal_or_none(PNG)  # every reader is loaded
    refusal_or_none(SVG)
    with at_most(CALLS), pytest.raises(InputError):
        read_credential_bytes(data)


def test_a_bomb_of_one_gigabyte_needs_no_gigabyte():
    program = """
import resource, zlib
from tests.credential.baking.pictures import itxt, png
from credroot.core.errors import InputError
from credroot.credential.baking.detect import read_credential_bytes
deflate = zlib.compressobj()
piece = bytes(1 << 20)
packed = b"".join(deflate.compress(piece) for _ in range(1024)) + deflate.flush()
picture = png(itxt(packed, flags=b"\\1\\0"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_credential_bytes(picture)
except InputError as error:
    assert error.code == "baking.payload_too_large"
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_read(data):
    for prefix in (b"", PNG[:8], PNG[:33], b"<svg>", b'<svg xmlns="http://www.w3.org/2000/svg">', b"{", b"ey"):
        assert (refusal_or_none(prefix + data) or "baking.").startswith("baking.")


@settings(max_examples=300)
@given(
    st.sampled_from([bake_png(PNG, JSON), bake_svg(SVG, JSON), bake_png(PNG, JWT), bake_svg(SVG, JWT)]),
    st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=3), st.integers(0, 4)), min_size=1, max_size=4),
)
def test_a_changed_picture_is_refused_or_read(picture, edits):
    for at, new, removed in edits:
        at %= len(picture)
        picture = picture[:at] + new + picture[at + removed :]
    assert (refusal_or_none(picture) or "baking.").startswith("baking.")


def test_no_changed_byte_of_a_png_is_overlooked():
    picture = bake_png(PNG, JSON)
    for at in range(len(picture)):
        changed = picture[:at] + bytes([picture[at] ^ 1]) + picture[at + 1 :]
        with pytest.raises(InputError):
            read_credential_bytes(changed)
