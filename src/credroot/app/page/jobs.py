"""The page's share of the heavy lane: a form from its first byte to the answer, a report as a PDF, a QR code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from credroot.app.api.http.answers import JSON
from credroot.app.api.http.problems import BUSY, MEDIA_TYPE, TOO_LARGE, UNPROCESSABLE, ProblemError
from credroot.app.lane.job import Charge, Kept, Told
from credroot.app.page import report_pdf
from credroot.app.page.checking import (
    Checked,
    Entries,
    Given,
    Judged,
    check_in_turn,
    failed_here,
    not_checked,
    results_of,
)
from credroot.app.page.code_reader import ReaderBusyError
from credroot.app.page.embedding import brief
from credroot.app.page.html.document import page
from credroot.app.page.html.results import ResultWriter
from credroot.app.page.html.table import TableWriter
from credroot.app.page.uploads import read_form
from credroot.app.page.words.catalogue import choose_language, wording
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from credroot.app.lane.desk import Desk
    from credroot.app.lane.job import Step
    from credroot.app.page.uploads import Part
    from credroot.core.budget import BudgetExceeded
    from credroot.core.json.types import JsonObject
    from credroot.core.text.markup import Markup

PAGE_FORMAT = "credroot/page/v1"
HTML = b"text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """An answer with its verdicts."""

    body: bytes
    media_type: bytes
    verdicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one form says."""

    language: str
    is_brief: bool
    """Whether the answer is for a component in a page of somebody else."""
    names: tuple[str, ...]
    """Of all files, those in archives included, as they may be shown."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """Take a form apart, judge the files in it, and write the answer."""

    data: bytes
    content_type: str
    accept_language: str
    is_page: bool
    """Whether the answer is a page; else it is for the page's own script."""
    is_judged_file_by_file: ClassVar[bool] = True
    cpu_share: ClassVar[float] = 0.6
    """A table of many files takes as long to be written as a third of them to be judged."""

    def steps(self, desk: Desk) -> Generator[Step, bool, WrittenPage]:
        """Judge one file after the other; `ProblemError` where it is no form, or holds too many files."""
        parts = _parts(self.data, self.content_type)
        language = choose_language(field(parts, "lang"), self.accept_language)
        given, budget = tuple(_given(parts)), desk.budget()
        if not given:
            return self._nothing(language)
        try:
            entries = Entries(given, budget=budget)
        except InputError as error:
            raise ProblemError(TOO_LARGE, str(error), code=error.code) from error
        asked = _Asked(language, field(parts, "view") == "brief", tuple(entries.names))
        yield Charge(len(entries))
        yield Told(asked)
        verify = partial(desk.verify_in_turn, budget=budget)
        read_code = desk.codes.link_in if desk.codes else None
        judged = []
        try:
            for one in check_in_turn(entries, verify, trust=desk.trust, budget=budget, read_code=read_code):
                judged.append(one)
                yield Kept(one)
        except ReaderBusyError as error:
            raise ProblemError(BUSY, str(error), code=error.code) from error
        return self._written(asked, results_of(judged), desk)

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> WrittenPage:
        """Say of all files that have no result yet that they could not be checked."""
        if not told:
            raise ProblemError(TOO_LARGE, f"it was not read: {error}", code=error.code)
        asked: _Asked = told[0]
        left = [Judged(place, not_checked(name, error)) for place, name in enumerate(asked.names)]
        return self._written(asked, results_of([*left, *told[1:]]), desk)

    def _nothing(self, language: str) -> WrittenPage:
        if not self.is_page:
            raise ProblemError(UNPROCESSABLE, "nothing was given", code="page.nothing")
        words = wording(language)
        return WrittenPage(page(words, notice=words.texts["busy.nothing"]).encode(), HTML)

    def _written(self, asked: _Asked, checked: tuple[Checked, ...], desk: Desk) -> WrittenPage:
        verdicts = tuple(entry.report.verdict.value for entry in checked)
        words = wording(asked.language)
        if asked.is_brief and not self.is_page:
            if len(checked) != 1:
                raise ProblemError(UNPROCESSABLE, "a brief answer is about one file", code="page.not_one")
            return WrittenPage(_json(brief(checked[0], words)), JSON, verdicts)
        title, result = _result_or_incidents(asked.language, checked, desk)
        if self.is_page:
            return WrittenPage(page(words, title=title, result=result).encode(), HTML, verdicts)
        wire: JsonObject = {"format": PAGE_FORMAT, "title": title, "html": str(result), "verdicts": [*verdicts]}
        return WrittenPage(_json(wire), JSON, verdicts)


@dataclass(frozen=True, slots=True)
class PaperJob:
    """Set a report that was given out before as a PDF."""

    data: bytes
    content_type: str
    accept_language: str
    is_judged_file_by_file: ClassVar[bool] = False
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, bytes]:
        """Set it; `ProblemError` where it has no seal of this server, or can't be set."""
        yield from ()
        parts = _parts(self.data, self.content_type)
        sealed = next((part.data for part in parts if part.field == "report"), b"")
        words = wording(choose_language(field(parts, "lang"), self.accept_language))
        if desk.sealer is None:
            raise _unset("PDFs are not made here")
        try:
            kept = desk.sealer.open(sealed)
            return report_pdf.report_pdf(kept.report, words, at=kept.at, file=kept.file)
        except InputError as error:
            raise ProblemError(UNPROCESSABLE, str(error), code=error.code) from error

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> bytes:
        """Say that it can't be set."""
        raise _unset(f"the report was not set as a PDF: {error}")


@dataclass(frozen=True, slots=True)
class CodeJob:
    """Read the QR codes in a picture."""

    data: bytes
    is_judged_file_by_file: ClassVar[bool] = False
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, str | None]:
        """Give the private link in it, `None` where there is none; `ProblemError` where it is no picture."""
        yield from ()
        if desk.codes is None:
            return None
        try:
            return desk.codes.link_in(self.data)
        except InputError as error:
            kind = TOO_LARGE if error.code == "code.too_large" else MEDIA_TYPE
            raise ProblemError(kind, str(error), code=error.code) from error
        except ReaderBusyError as error:
            raise ProblemError(BUSY, str(error), code=error.code) from error

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> str | None:
        """Say that others are to be read first."""
        raise ProblemError(BUSY, str(error), code=error.code)


def _result_or_incidents(language: str, checked: tuple[Checked, ...], desk: Desk) -> tuple[str, Markup]:
    """Write the result; a file of which an error of ours keeps it from being written has a result that says so."""
    try:
        return _result(language, checked, desk)
    except Exception:
        return _result(language, tuple(_writable(language, entry, desk) for entry in checked), desk)


def _writable(language: str, entry: Checked, desk: Desk) -> Checked:
    try:
        _result(language, (entry, entry), desk)
        _result(language, (entry,), desk)
    except Exception as error:
        return failed_here(entry.name, error)
    return entry


def _result(language: str, checked: tuple[Checked, ...], desk: Desk) -> tuple[str, Markup]:
    sealer, now = desk.sealer, desk.clock()
    seal = None if sealer is None else lambda report, name: sealer.seal(report, now, name)
    writer = ResultWriter(wording(language), desk.explorers, seal, now)
    if len(checked) == 1:
        return writer.telling(checked[0].report).heading, writer.result(checked[0])
    table = TableWriter(writer)
    return table.title(checked), table.table(checked)


def _parts(data: bytes, content_type: str) -> tuple[Part, ...]:
    try:
        return read_form(data, content_type)
    except InputError as error:
        raise ProblemError(UNPROCESSABLE, str(error), code=error.code) from error


def field(parts: Sequence[Part], name: str) -> str | None:
    """Give a short text field, the last of its name."""
    found = [part.data[:8].decode("ascii", "replace") for part in parts if part.field == name]
    return found[-1] if found else None


def _given(parts: Sequence[Part]) -> list[Given]:
    """Take files and pasted text out of a form; a file field that was left empty is nothing."""
    given = []
    for part in parts:
        if part.field == "file" and (part.file_name or part.data):
            given.append(Given(part.data, part.file_name or ""))
        elif part.field == "text" and (pasted := part.data.strip()):
            given.append(Given(pasted))
    return given


def _unset(message: str) -> ProblemError:
    return ProblemError(UNPROCESSABLE, message, code="paper.typesetting")


def _json(wire: JsonObject) -> bytes:
    return json.dumps(wire, ensure_ascii=False).encode()
