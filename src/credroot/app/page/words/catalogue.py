"""What the page says, in four languages: one catalogue file each, from stable keys and codes to sentences."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.core.text.markup import Markup, element, html_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LANGUAGES = {"en": "English", "es": "Español", "fr": "Français", "de": "Deutsch"}
"""Every language by its tag, each in its own words; the first is used where none fits."""
DEFAULT_LANGUAGE = "en"
MAX_HEADER = 200
"""Characters of an ``Accept-Language`` header that are looked at."""

READING = {
    "json.too_": "reading.too_large",
    "json.": "reading.json",
    "jcs.": "reading.json",
    "input.": "reading.json",
    "baking.empty": "reading.empty",
    "baking.no_credential": "reading.no_credential",
    "baking.two_credentials": "reading.two",
    "baking.open_badges_2": "reading.old",
    "baking.unknown_file": "reading.kind",
    "baking.not_a_credential": "reading.kind",
    "baking.not_utf8": "reading.kind",
    "baking.is_": "reading.kind",
    "baking.payload_too_large": "reading.too_large",
    "baking.picture_too_large": "reading.too_large",
    "baking.": "reading.picture",
    "proof.": "reading.proof",
    "multibase.": "reading.proof",
    "tree.": "reading.proof",
    "address.": "reading.proof",
    "time.": "reading.proof",
    "receipt.": "reading.receipt",
    "link.": "reading.link",
    "pdf.": "reading.pdf",
    "archive.nested": "reading.nested",
    "archive.too_": "reading.archive_large",
    "archive.": "reading.archive",
    "jws.": "reading.jwt",
    "jwt.": "reading.jwt",
}
"""Codes of what could not be read, by their beginning, the more exact one first: many causes, one thing to do."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's catalogue."""

    language: str
    texts: Mapping[str, str]

    def text(self, key: str, **values: str) -> str:
        """Give a text with `values` in its places; `KeyError` for a key that the catalogue lacks."""
        return _PLACE.sub(lambda place: values[place[1]], self.texts[key])

    def markup(self, key: str, **values: str) -> Markup:
        """Give a text as HTML, each value isolated, so that a name can't reorder the sentence it stands in."""
        parts = _PLACE.split(self.texts[key])
        return Markup(
            "".join(element("bdi", values[part]) if number % 2 else html_of(part) for number, part in enumerate(parts))
        )

    def isolated(self, key: str, **values: str) -> str:
        """Give a text with each value isolated by control characters: what `markup` does, where there is no HTML."""
        return self.text(key, **{name: f"\u2068{value}\u2069" for name, value in values.items()})

    def sentence_key(self, code: str) -> str:
        """Give the key of a code's sentence: its own, that of its kind, or the one that says it is not known here."""
        if f"code.{code}" in self.texts:
            return f"code.{code}"
        for start, key in READING.items():
            if code.startswith(start):
                return key
        return "code.skipped" if code.endswith(".skipped") else "code.unknown"

    def reason(self, number: object) -> str:
        """Give the words of a withdrawal's reason; those of an issuer's own number name it."""
        key = f"reason.{number}"
        return self.texts[key] if key in self.texts else self.text("reason.own", number=str(number))

    def day(self, moment: datetime) -> str:
        """Write a day in words, in UTC."""
        months = self.texts["date.months"].split(" ")
        return self.text("date.day", day=str(moment.day), month=months[moment.month - 1], year=str(moment.year))

    def day_of(self, timestamp: str | None) -> str:
        """Write the day of an RFC 3339 time in words; as it stands where it is none, and nothing for `None`."""
        if timestamp is None:
            return ""
        try:
            return self.day(parse_time(timestamp))
        except InputError:
            return timestamp

    def minute_of(self, timestamp: str) -> str:
        """Write an RFC 3339 time to the minute, in UTC."""
        try:
            moment = parse_time(timestamp)
        except InputError:
            return timestamp
        return self.text("date.minute", day=self.day(moment), time=f"{moment:%H:%M}")


@cache
def wording(language: str) -> Wording:
    """Give the catalogue of a language of `LANGUAGES`."""
    source = files("credroot.app.page") / "locales" / f"{language}.json"
    return Wording(language, json.loads(source.read_text(encoding="utf-8")))


def choose_language(asked: str | None, accepted: str = "") -> str:
    """Choose: `asked` where it is one of ours, else the best of an ``Accept-Language`` header, else English.

    Source: RFC 9110, section 12.5.4.
    """
    if asked in LANGUAGES:
        return str(asked)
    ranked: list[tuple[float, int, str]] = []
    for place, entry in enumerate(accepted[:MAX_HEADER].split(",")):
        tag, _, quality = entry.strip().lower().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        base = tag.partition("-")[0]
        if base in LANGUAGES and weight > 0:
            ranked.append((-weight, place, base))
    return min(ranked)[2] if ranked else DEFAULT_LANGUAGE
