"""What a page of somebody else shows of a verdict: the module of ``<credroot-verify>``, and the texts that it asks for.

They are texts and never HTML, so whoever embeds the component need not trust the server with more than words.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from credroot.app.page.words.catalogue import LANGUAGES, wording
from credroot.app.page.words.conclusion import conclude
from credroot.app.page.words.content_standing import Standing
from credroot.app.page.words.report_words import Telling, is_local

if TYPE_CHECKING:
    from credroot.app.page.checking import Checked
    from credroot.app.page.words.catalogue import Wording
    from credroot.core.json.types import JsonObject

MODULE = "credroot-verify.js"
BRIEF_FORMAT = "credroot/brief/v1"
_PLACE = "{/*words*/}"
_WORDS = {
    "label": "embed.label",
    "checking": "busy.checking",
    "unavailable": "conclusion.unavailable.heading",
    "missing": "embed.missing",
    "failed": "busy.failed",
    "later": "busy.later",
    "too_large": "busy.too_large",
    "more": "embed.more",
}
"""What the module says by itself, for it must speak when no server does."""


@cache
def module() -> bytes:
    """Write the module with its words in every language."""
    source = (files("credroot.app.page") / "static" / MODULE).read_text(encoding="utf-8")
    words = {language: {name: wording(language).texts[key] for name, key in _WORDS.items()} for language in LANGUAGES}
    return source.replace(_PLACE, json.dumps(words, ensure_ascii=False), 1).encode()


def brief(checked: Checked, words: Wording) -> JsonObject:
    """Give one result in a few texts; facts of the file only where they were verified."""
    report, texts = checked.report, words.texts
    told = Telling(words, report)
    wire: JsonObject = {
        "format": BRIEF_FORMAT,
        "verdict": report.verdict.value,
        "tone": conclude(report).tone.value,
        "heading": told.heading,
        "sentence": told.sentence_text(),
        "facts": [{"name": texts[key], "value": value} for key, value in _facts(checked, told) if value],
    }
    if is_local(report):
        wire["notice"] = texts["notice.local"]
    if checked.fragment:
        wire["fragment"] = "#" + checked.fragment
    return wire


def _facts(checked: Checked, told: Telling) -> list[tuple[str, str]]:
    shown, day = checked.shown, told.wording.day_of
    if shown.standing is not Standing.VERIFIED:
        return []
    values = told.values()
    according = told.wording.text("shown.according", source=values["source"])
    what = [("shown.holder", shown.holder), ("shown.skill", shown.skill)]
    if shown.endorses:
        what = [("shown.endorsement", shown.skill), ("shown.endorses", shown.endorses)]
    return [
        *what,
        ("shown.issuer", f"{values['issuer']}, {according}"),
        ("shown.issued", day(shown.issued or None)),
        ("shown.expires", day(shown.expires or None)),
        ("record.network", told.network()),
    ]
