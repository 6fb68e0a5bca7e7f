"""One cell: what a spreadsheet, an encoding or a prankster did to it, what can be mended, and what can't.

Every function gives the value as it will be issued, with its flaws. A formula is only ever text here: it is recognised
by its first character and never evaluated.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from credroot.core.text.spreadsheet import begins_formula
from credroot.credential.badge.recipient import normalise_address
from credroot.roster.problems import Severity

MAX_NAME = 300
"""Characters of a name; the longest legal names have some 200."""
MAX_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321)."""
MAX_URL = 2_048
"""Characters of a URL; browsers and spreadsheets go no further."""
MAX_EVIDENCE = 20
"""Links of one person's evidence."""


class Flaw(NamedTuple):
    """What is wrong with a cell, still without its place."""

    severity: Severity
    code: str
    message: str


def _error(code: str, message: str) -> tuple[Flaw, ...]:
    return (Flaw(Severity.ERROR, code, message),)


def _warning(code: str, message: str) -> tuple[Flaw, ...]:
    return (Flaw(Severity.WARNING, code, message),)


_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\uffff"
    "\ud800-\udfff\U0001fffe\U0001ffff\U000e0000-\U000e0fff]"
)
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
_CONTROL_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MOJIBAKE = re.compile("[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\u00e2\u20ac")
_RISKY_SCRIPTS = re.compile("[\u0370-\u058f\u13a0-\u13ff\u1f00-\u1fff\u2c00-\u2dff\ua640-\ua69f]")
_ALIKE_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "GLAGOLITIC"})

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z.,'-]{0,90}+(?: [A-Za-z.,'-]{1,60}+){0,3}+")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_PLAIN_ADDRESS = re.compile(
    rf"{_ATEXT}{{1,64}}+(?:\.{_ATEXT}{{1,64}}+)*+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)++[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])"
)
_ADDRESS_MARKS = frozenset("!#$%&'*+/=?^_`{|}~-.")
_URL = re.compile(
    r"https?://(?:\[[0-9A-Fa-f:.]{2,45}\]|[^\x00-\x20\x7f-\xa0<>\"{}|\\^`/?#@:\[\]]{1,253})(?::[0-9]{1,5})?"
    r"(?:[/?#][^\x00-\x20\x7f-\xa0<>\"{}|\\^`\[\]]*)?",
    re.IGNORECASE,
)
_DID = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:(?=.))*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})")


def clean_text(raw: str, *, lines: bool = False) -> tuple[str, tuple[Flaw, ...]]:
    """Give `raw` in NFC without spaces around and without what nobody can see; `lines` keeps line ends and tabs.

    Spaces go without a word. Control, bidi and invisible characters go with a warning; bytes of another encoding, half
    characters and replacement characters are errors.
    """
    if raw.isascii() and raw.isprintable():
        return raw.strip() if lines else " ".join(raw.split()), ()
    flaws: tuple[Flaw, ...] = ()
    text = raw
    if _SUSPECT.search(text):
        text, flaws = _without_suspects(text, lines=lines)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        flaws += _warning("text.not_nfc", "is written in an unusual form of Unicode; NFC is used")
    if _MOJIBAKE.search(text):
        flaws += _warning("text.mojibake", "looks like UTF-8 that was once read as Windows-1252")
    if lines:
        return text.strip(), flaws
    return " ".join(text.split()), flaws


def clean_name(raw: str) -> tuple[str, tuple[Flaw, ...]]:
    """Give a person's name in one line; any script will do, but two that look alike in one name are warned of."""
    if raw.isascii() and _PLAIN_NAME.fullmatch(raw):
        return raw, ()
    name, flaws = clean_text(raw)
    name, flaws = _refuse_formula(raw, name, flaws)
    if len(name) > MAX_NAME:
        return name, flaws + _error("name.too_long", f"has more than {MAX_NAME} characters")
    if not name.isascii() and _RISKY_SCRIPTS.search(name) and _mixes_scripts(name):
        flaws += _warning("name.mixed_scripts", "mixes alphabets whose letters look alike")
    return name, flaws


def clean_address(raw: str) -> tuple[str, tuple[Flaw, ...]]:
    """Give an e-mail address in the spelling that is hashed."""
    if len(raw) <= MAX_ADDRESS and _PLAIN_ADDRESS.fullmatch(raw) and not begins_formula(raw):
        if raw.index("@") > 64:
            return raw, _error("email.syntax", "is not an address: more than 64 characters before the @")
        return normalise_address(raw), ()
    text, flaws = clean_text(raw)
    if not text:
        return "", flaws
    text, flaws = _refuse_formula(raw, text, flaws)
    fault = _address_fault(text)
    if fault:
        flaws += _error("email.syntax", f"is not an address: {fault}")
    return normalise_address(text), flaws


def clean_did(raw: str) -> tuple[str, tuple[Flaw, ...]]:
    """Give a recipient's DID, without path, query or fragment."""
    text, flaws = clean_text(raw)
    if text and (len(text) > MAX_URL or not _DID.fullmatch(text)):
        flaws += _error("did.syntax", "is not a DID such as did:key:z6Mk...")
    return text, flaws


def clean_evidence(raw: str) -> tuple[tuple[str, ...], tuple[Flaw, ...]]:
    """Give the links of a cell, which spaces or line ends part; the same link twice counts once."""
    if not raw:
        return (), ()
    if raw.isascii() and len(raw) <= MAX_URL and _URL.fullmatch(raw):
        return (raw,), ()
    text, flaws = clean_text(raw, lines=True)
    links = tuple(dict.fromkeys(text.split()))
    if len(links) > MAX_EVIDENCE:
        return links, flaws + _error("evidence.too_many", f"has more than {MAX_EVIDENCE} links")
    for link in links:
        if len(link) > MAX_URL:
            flaws += _error("evidence.url", f"has a link of more than {MAX_URL} characters")
        elif not _URL.fullmatch(link):
            flaws += _error("evidence.url", "is not an http(s) URL such as https://example.org/work")
    return links, flaws


def clean_result(raw: str) -> tuple[str, tuple[Flaw, ...]]:
    """Give a result in one line; see `clean_narrative` for formulas."""
    if raw.isalnum() and raw.isascii():
        return raw, ()
    return _as_text(clean_text(raw)) if raw else ("", ())


def clean_narrative(raw: str) -> tuple[str, tuple[Flaw, ...]]:
    """Give a text of any lines. An apostrophe before a formula's first character marks text, and goes."""
    return _as_text(clean_text(raw, lines=True)) if raw else ("", ())


def _as_text(cleaned: tuple[str, tuple[Flaw, ...]]) -> tuple[str, tuple[Flaw, ...]]:
    text, flaws = cleaned
    if text.startswith("'") and begins_formula(text[1:]):
        return text[1:], flaws
    if text.startswith("="):
        return text, flaws + _error("cell.formula", "is a formula; save the sheet's values, not its formulas")
    if begins_formula(text):
        flaws += _warning("cell.formula", "would be a formula to a spreadsheet; it is taken as text")
    return text, flaws


def _without_suspects(text: str, *, lines: bool) -> tuple[str, tuple[Flaw, ...]]:
    """Take out of a text what must not be in it, and say what it was."""
    if _STRAY_BYTE.search(text):
        return _SURROGATE.sub("\ufffd", text), _error(
            "encoding.mixed", "has bytes of another encoding than the file; save the whole file as UTF-8"
        )
    if _SURROGATE.search(text):
        return _SURROGATE.sub("\ufffd", text), _error("encoding.half_character", "has half a character")
    if "\ufffd" in text:
        return text, _error("text.replacement", "has lost letters in an earlier conversion")
    flaws: tuple[Flaw, ...] = ()
    text = _LINE_END.sub("\n", text)
    if not lines:
        if "\n" in text.strip() or "\t" in text.strip():
            flaws += _warning("text.line_end", "has line ends or tabs, which become spaces")
        text = text.replace("\n", " ").replace("\t", " ")
    for pattern, code, what in (
        (_CONTROL_IN_TEXT if lines else _CONTROL_IN_LINE, "text.control", "control characters"),
        (_BIDI, "text.bidi", "characters that turn the direction of writing"),
        (_SUSPECT if not lines else _SUSPECT_IN_TEXT, "text.invisible", "invisible characters"),
    ):
        text, count = pattern.subn("", text)
        if count:
            flaws += _warning(code, f"has {what}, which are left out")
    return text, flaws


_SUSPECT_IN_TEXT = re.compile("(?![\n\t])" + _SUSPECT.pattern)


def _refuse_formula(raw: str, text: str, flaws: tuple[Flaw, ...]) -> tuple[str, tuple[Flaw, ...]]:
    if begins_formula(text.removeprefix("'")):
        return text, flaws + _error("cell.formula", "begins like a formula")
    if raw.startswith(("\t", "\r")):
        flaws += _warning("cell.formula", "begins with a tab or line end, which is left out")
    return text, flaws


def _address_fault(address: str) -> str:
    """Say what keeps `address` from being one, empty if nothing; letters of any script are allowed (RFC 6531)."""
    if len(address) > MAX_ADDRESS:
        return f"more than {MAX_ADDRESS} characters"
    local, at, domain = address.rpartition("@")
    if not at:
        return "it has no @"
    if "@" in local:
        return "it has more than one @"
    if address.endswith(">") or ":" in local:
        return "write the bare address, without name or mailto:"
    if not local or len(local) > 64 or local.startswith(".") or local.endswith(".") or ".." in local:
        return "the part before the @ is empty, too long or has misplaced dots"
    if not all(_is_letter(character) or character in _ADDRESS_MARKS for character in local):
        return "the part before the @ has a character that is not allowed"
    labels = domain.split(".")
    if len(labels) < 2:
        return "the part after the @ is no domain"
    for label in labels:
        if not 1 <= len(label) <= 63 or label[0] == "-" or label[-1] == "-":
            return "the part after the @ is no domain"
        if not all(_is_letter(character) or character == "-" for character in label):
            return "the part after the @ has a character that is not allowed"
    if len(labels[-1]) < 2 or labels[-1].isdigit():
        return "the part after the last dot is no top-level domain"
    return ""


def _is_letter(character: str) -> bool:
    return character.isalnum() or (not character.isascii() and unicodedata.category(character)[0] == "M")


def _mixes_scripts(name: str) -> bool:
    scripts = {_script(character) for character in name if character.isalpha()}
    return len(scripts & _ALIKE_SCRIPTS) > 1


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """Give the first word of a letter's Unicode name, which is its script."""
    return unicodedata.name(character, "").partition(" ")[0]
