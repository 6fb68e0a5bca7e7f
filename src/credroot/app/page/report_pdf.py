"""A report as paper: one accessible PDF (PDF/UA-1) of what a check found, when, and on which network.

Source: ISO 14289-1 (PDF/UA-1), ISO 19005-2 (PDF/A-2); the typesetter checks what it writes against both.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from credroot.app.page.words.conclusion import conclude
from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.app.page.words.report_words import Telling, is_local, plain
from credroot.app.page.words.shown_content import MAX_TEXT
from credroot.core.errors import InputError
from credroot.core.text.clock import format_time
from credroot.core.text.plain_text import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.app.page.words.catalogue import Wording
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.core.report import Report

LEFT_OUT = "[\u2026]"
_STANDARDS = ["ua-1", "a-2a"]
_RARE = re.compile("[^\n -\u02ff\u0370-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u2122\u221e]+")
"""Beyond Latin, Greek, Cyrillic and their signs, which the typesetter brings letters for."""


def is_available() -> bool:
    """Tell whether the typesetter, of the extra ``credroot[pdf]``, is installed."""
    return find_spec("typst") is not None


def report_pdf(report: Report, words: Wording, *, at: datetime, file: str = "") -> bytes:
    """Set the report of a check that was made `at` that time, of a file of that name.

    Letters that no font here has are left out, and the paper says so.

    Raises:
        InputError: ``paper.typesetting``, it can't be set all the same.
    """
    data = _replaced(_data(report, words, at, file), CONTROLS, "")
    try:
        return _set(data, at)
    except RuntimeError:
        rest = _replaced(data, _RARE, LEFT_OUT)
    try:
        return _set(rest | {"about": f"{words.text('pdf.unwritten', sign=LEFT_OUT)} {rest['about']}"}, at)
    except RuntimeError as error:
        raise InputError("the report can't be set as a PDF", code="paper.typesetting") from error


def _set(data: JsonValue, at: datetime) -> bytes:
    import typst

    compile_bytes: Callable[..., bytes] = typst.compile
    return compile_bytes(
        _template(), sys_inputs={"data": json.dumps(data)}, pdf_standards=_STANDARDS, timestamp=int(at.timestamp())
    )


@cache
def _template() -> bytes:
    return (files("credroot.app.page") / "data" / "report.typ").read_bytes()


def _data(report: Report, words: Wording, at: datetime, file: str) -> JsonObject:
    texts, told = words.texts, Telling(words, report)
    moment = words.minute_of(format_time(at))
    return {
        "lang": words.language,
        "words": {
            "title": texts["pdf.title"],
            "checked": texts["pdf.checked"],
            "checks": texts["section.checks"],
            "record": texts["section.record"],
        },
        "tone": conclude(report).tone.value,
        "heading": told.heading,
        "sentence": told.sentence_text(),
        "banner": texts["notice.local"] if is_local(report) else "",
        "at": moment,
        "about": texts["pdf.about"],
        "facts": _labelled(words, [("pdf.checked", moment), ("table.file", file), *_facts(report, told)]),
        "checks": [
            {
                "question": texts.get(f"check.{check.id}.name", check.id),
                "outcome": check.outcome.value,
                "word": texts[f"outcome.{check.outcome}"],
                "answer": told.answer_text(check),
            }
            for check in report.checks
        ],
        "record": _labelled(words, _record(report, told)),
    }


def _facts(report: Report, told: Telling) -> list[tuple[str, str]]:
    """Give what was verified of the file's content; nothing of what was not."""
    if standing_of(report) is not Standing.VERIFIED:
        return []
    values, subject = told.values(), report.subject
    according = told.wording.text("shown.according", source=values["source"])
    return [
        ("shown.holder", plain(subject.get("holder"))),
        ("shown.skill", plain(subject.get("skill"))),
        ("shown.endorses", plain(subject.get("endorses"))),
        ("shown.issuer", f"{values['issuer']}, {according}"),
        ("shown.issued", values["begins"]),
        ("shown.expires", values["ends"]),
        ("shown.id", plain(subject.get("id"))),
    ]


def _record(report: Report, told: Telling) -> list[tuple[str, str]]:
    if not report.network:
        return []
    block = report.network.get("block")
    return [
        ("record.network", told.network()),
        ("record.registry", plain(report.network.get("registry"))),
        ("record.anchored", told.values()["anchored"]),
        ("record.batch", plain(told.details("anchor").get("root"))),
        ("record.block", ", ".join(filter(None, (f"{block:,}", told.read_at()))) if isinstance(block, int) else ""),
    ]


def _labelled(words: Wording, rows: list[tuple[str, str]]) -> list[JsonValue]:
    return [[words.texts[key], value] for key, value in rows if value]


def _replaced(data: Any, pattern: re.Pattern[str], sign: str) -> Any:
    """Put `sign` for what `pattern` finds in every text of `data`, and give texts an end."""
    if isinstance(data, str):
        return pattern.sub(sign, data)[:MAX_TEXT]
    if isinstance(data, list):
        return [_replaced(value, pattern, sign) for value in data]
    return {name: _replaced(value, pattern, sign) for name, value in data.items()}
