"""SVG pictures with a credential in one ``openbadges:credential`` element, right after the ``<svg>`` tag.

Reading goes through defusedxml, without entities and external parts, and builds no tree. Writing inserts text at one
place and leaves every other byte as it was.

Source: Open Badges 3.0, section 5.3.2 (SVG).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from credroot.core.errors import InputError
from credroot.credential.baking.payload import (
    PayloadKind,
    already_baked,
    check_payload,
    no_credential,
    open_badges_2,
    two_credentials,
    without_space,
)

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LEGACY_NAMESPACE = "http://openbadges.org"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"

MAX_SVG_BYTES = 4 * 1024 * 1024
"""Bytes of an SVG picture at most. It is text: a badge has 2 to 500 kB, and four MiB are parsed within 250 ms."""
MAX_ELEMENTS = 20_000
"""Elements of an SVG picture at most, each a call from the parser."""
MAX_ATTRIBUTES = 60_000
"""Attributes of a picture at most, written out or by a DOCTYPE's defaults."""
MAX_DEFAULTS = 100
"""Attribute declarations of a DOCTYPE at most, for each may add an attribute to every element."""
MAX_TEXT_PIECES = 100_000
"""Pieces of character data in one credential at most; every carriage return and ``]]>`` starts one."""

_MICROSECONDS_A_TAG = 3
_MICROSECONDS_AN_ATTRIBUTE = 1
_MICROSECONDS_A_NAMESPACE = 3  # besides
_BYTES_A_MICROSECOND = 32
_CREDENTIAL = f"{{{NAMESPACE}}}credential"
_LEGACY = f"{{{LEGACY_NAMESPACE}}}assertion"
# Raw in JSON text, and yet no character of XML 1.0; a carriage return would be read back as a line feed.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# One start tag; an attribute's value may hold a bare ">".
_TAG = re.compile(rb"""<(?P<name>[^\s/>]+)(?:[^<>"'/]++|/(?!>)|"[^"]*+"|'[^']*+')*+(?P<empty>/?)>""")


@dataclass(frozen=True, slots=True)
class SvgTemplate:
    """A clean picture, cut where the element goes, to be baked many times at the cost of one copy each."""

    head: bytes
    """Up to and with the ``<svg>`` tag."""
    tail: bytes
    element: bytes
    """The name of the element and, where ``<svg>`` gives its prefix to another namespace, a declaration of its own."""

    def bake(self, payload: bytes) -> bytes:
        """Return the picture with `payload` in it, JSON as character data, a compact JWT as attribute ``verify``.

        Raises:
            InputError: ``baking.payload_too_large``, ``baking.not_a_credential``, ``baking.not_utf8``;
                ``baking.svg_unwritable``, a character that XML can't hold (U+FFFE, U+FFFF and most controls).
        """
        kind = check_payload(payload)
        text = without_space(payload, kind)
        if kind is PayloadKind.JWT:
            baked = b'<%s verify="%s"/>' % (self.element, text)
        else:
            baked = b"<%s>%s</openbadges:credential>" % (self.element, _character_data(text))
        return self.head + baked + self.tail


def svg_template(picture: bytes) -> SvgTemplate:
    """Check a picture and prepare it for baking.

    Raises:
        InputError: as `extract_svg` does for a malformed picture; ``baking.already_baked``; ``baking.svg_encoding``,
            not UTF-8.
    """
    found = _read(picture)
    if found.credentials or found.legacy:
        raise already_baked()
    try:
        picture.decode()
    except UnicodeDecodeError as error:
        raise _encoding() from error
    if found.encoding.lower() not in ("", "utf-8") or b"\0" in picture:
        raise _encoding()
    tag = _TAG.match(picture, found.root_at)
    if tag is None:
        raise _malformed("the <svg> tag can't be told from its surroundings")
    head = picture[: tag.start("empty")]
    tail = picture[tag.end() :]
    if not found.prefix_namespace:
        head += f' xmlns:openbadges="{NAMESPACE}"'.encode()
    if tag["empty"]:
        tail = b"</%s>%s" % (tag["name"], tail)
    element = "openbadges:credential"
    if found.prefix_namespace not in ("", NAMESPACE):
        element += f' xmlns:openbadges="{NAMESPACE}"'
    return SvgTemplate(head=head + b">", tail=tail, element=element.encode())


def bake_svg(picture: bytes, payload: bytes) -> bytes:
    """Bake one credential into one picture: `svg_template` and `SvgTemplate.bake`."""
    return svg_template(picture).bake(payload)


def extract_svg(picture: bytes, *, paid: Callable[[int], None] = lambda _microseconds: None) -> bytes:
    """Return the credential that the picture carries, JSON as it was baked or a compact JWT.

    `paid` is told the microseconds that its parts take, before it is parsed, and may raise.

    Raises:
        InputError: ``baking.picture_too_large``; ``baking.svg_malformed``, not well-formed, no ``<svg>``, or elements
            inside the credential; ``baking.svg_entities``, a declared or undefined entity;
            ``baking.svg_too_complex``, over `MAX_ELEMENTS`, `MAX_ATTRIBUTES`, `MAX_DEFAULTS` or `MAX_TEXT_PIECES`;
            ``baking.no_credential``, ``baking.two_credentials``, ``baking.open_badges_2``,
            ``baking.payload_too_large``, ``baking.not_a_credential``.
    """
    found = _read(picture, paid)
    if len(found.credentials) > 1:
        raise two_credentials()
    if not found.credentials:
        raise open_badges_2() if found.legacy else no_credential()
    text = found.credentials[0].encode()
    return without_space(text, check_payload(text))


class _Reader:
    """Takes the parser's calls and keeps what concerns the credential."""

    def __init__(self) -> None:
        self.credentials: list[str] = []
        self.legacy = False
        self.root_at = -1
        """Byte offset of the ``<svg>`` tag."""
        self.prefix_namespace = ""
        """What the ``<svg>`` tag binds the prefix ``openbadges`` to."""
        self.encoding = ""
        """The declared one."""
        self.position: Callable[[], int] = lambda: 0
        self._elements = self._attributes = self._defaults = 0
        self._text: list[str] | None = None

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = encoding or ""

    def attribute_declaration(self, *_declared: object) -> None:
        self._defaults += 1
        if self._defaults > MAX_DEFAULTS:
            raise _too_complex()

    def skipped_entity(self, *_named: object) -> None:
        raise _entities()

    def start_ns(self, prefix: str, uri: str) -> None:
        if not self._elements and prefix == "openbadges":
            self.prefix_namespace = uri

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._attributes += len(attributes)
        if self._elements > MAX_ELEMENTS or self._attributes > MAX_ATTRIBUTES:
            raise _too_complex()
        if self._elements == 1:
            self.root_at = self.position()
            if tag.rpartition("}")[2] != "svg":
                raise _malformed("the outermost element is not <svg>")
        if self._text is not None:
            raise _malformed("the credential has elements inside")
        if tag == _CREDENTIAL:
            if "verify" in attributes:
                self.credentials.append(attributes["verify"])
            self._text = []
        self.legacy |= tag == _LEGACY

    def data(self, text: str) -> None:
        if self._text is not None:
            if len(self._text) == MAX_TEXT_PIECES:
                raise _too_complex()
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == _CREDENTIAL and self._text is not None:
            text = "".join(self._text)
            if text.strip():
                self.credentials.append(text)
        self._text = None

    def close(self) -> None:
        """Do nothing: the parser asks for it."""


def _read(picture: bytes, paid: Callable[[int], None] = lambda _microseconds: None) -> _Reader:
    """Parse the whole picture and return what was found in it."""
    # Only pictures need it, and its import costs some milliseconds of a cold start.
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    if len(picture) > MAX_SVG_BYTES:
        raise InputError(
            f"an SVG picture has at most {MAX_SVG_BYTES} bytes, got {len(picture)}", code="baking.picture_too_large"
        )
    # Counted before the parser sees them: it takes more than a second for the attributes of one hostile element.
    if picture.count(b"=") > MAX_ATTRIBUTES:
        raise _too_complex()
    paid(
        _MICROSECONDS_A_TAG * min(picture.count(b"<"), 2 * MAX_ELEMENTS)
        + _MICROSECONDS_AN_ATTRIBUTE * picture.count(b"=")
        + _MICROSECONDS_A_NAMESPACE * (picture.count(b"xmlns") + picture.count(b"x\0m\0l\0n\0s"))
        + len(picture) // _BYTES_A_MICROSECOND
    )
    reader = _Reader()
    # A DOCTYPE is legal in pictures of the field; what it could declare or point to is not followed.
    parser: Any = DefusedXMLParser(target=reader, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    expat = parser.parser
    expat.XmlDeclHandler = reader.declaration
    expat.AttlistDeclHandler = reader.attribute_declaration
    expat.SkippedEntityHandler = reader.skipped_entity
    expat.DefaultHandlerExpand = None  # else a call for every comment
    reader.position = lambda: int(expat.CurrentByteIndex)
    try:
        parser.feed(picture)
        parser.close()
    except DefusedXmlException as error:
        raise _entities() from error
    except (ParseError, ValueError, LookupError) as error:
        # Its frames hold the picture, and one of them holds the error itself.
        raise _malformed("the picture is not well-formed XML") from error.with_traceback(None)
    finally:
        _release(parser, reader)
    return reader


def _release(parser: Any, reader: _Reader) -> None:
    """Break the circle of parser, expat and reader: it would keep the picture's megabytes until somebody collects."""
    reader.position = lambda: 0
    vars(parser).clear()


def _character_data(text: bytes) -> bytes:
    """Write text as CDATA that is read back to the same bytes."""
    if _NOT_XML.search(text.decode()):
        raise InputError("the credential has a character that XML can't hold", code="baking.svg_unwritable")
    safe = text.replace(b"]]>", b"]]]]><![CDATA[>").replace(b"\r", b"]]>&#13;<![CDATA[")
    return b"<![CDATA[" + safe + b"]]>"


def _malformed(message: str) -> InputError:
    return InputError(message, code="baking.svg_malformed")


def _entities() -> InputError:
    return InputError("the picture declares an entity or uses one", code="baking.svg_entities")


def _too_complex() -> InputError:
    return InputError("the picture has more parts than any badge needs", code="baking.svg_too_complex")


def _encoding() -> InputError:
    return InputError("only UTF-8 pictures are baked", code="baking.svg_encoding")
