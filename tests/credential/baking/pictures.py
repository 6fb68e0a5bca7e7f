"""Small pictures to bake into, and others to refuse."""

import zlib

from credroot.credential.baking.png import KEYWORD, SIGNATURE, chunk

JSON = b'{"type":["VerifiableCredential"],"name":"Z\xc3\xbc ]]> <&> \\u0000 \xf0\x9f\x8e\x93"}'
JWT = b"eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6ZXhhbXBsZSJ9.c2ln"

HEADER = chunk(b"IHDR", (90).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00")
DATA = chunk(b"IDAT", zlib.compress(bytes(91 * 90)))
END = chunk(b"IEND", b"")
PNG = SIGNATURE + HEADER + DATA + END

SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- <svg> is below -->\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" data-note=">">\n  <path d="M0 0h9v9z"/>\n</svg>\n'
)


def png(*chunks):
    """Put chunks between header and data."""
    return SIGNATURE + HEADER + b"".join(chunks) + DATA + END


def itxt(text, *, keyword=KEYWORD, flags=b"\0\0", language=b"", translated=b""):
    """Write an iTXt chunk; flags are those of compression and its method."""
    return chunk(b"iTXt", keyword + b"\0" + flags + language + b"\0" + translated + b"\0" + text)


def svg(inside, *, before=b"", attributes=b""):
    """Put text into an SVG, after its tag."""
    return before + b'<svg xmlns="http://www.w3.org/2000/svg"' + attributes + b">" + inside + b"</svg>"


OB3 = b' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
OB2 = b' xmlns:openbadges="http://openbadges.org"'


def credential(text=b"<![CDATA[" + b'{"a":1}' + b"]]>", attributes=b""):
    return b"<openbadges:credential" + attributes + b">" + text + b"</openbadges:credential>"
