"""Many results as one table: on the page, and as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from credroot.app.page.html.icons import icon
from credroot.app.page.html.results import ResultWriter, download
from credroot.app.page.words.conclusion import Tone, conclude
from credroot.app.page.words.content_standing import Standing
from credroot.app.page.words.report_words import is_local
from credroot.app.verifying.verdict_table import table_writer
from credroot.core.text.markup import Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.app.page.checking import Checked
    from credroot.app.page.words.shown_content import Shown

_COLUMNS = ("file", "verdict", "skill", "holder", "issuer", "why")
_ORDER = (Tone.BAD, Tone.WITHDRAWN, Tone.UNSURE, Tone.GOOD)


class TableWriter:
    """Writes the table of many results, in the language of a `ResultWriter`."""

    def __init__(self, writer: ResultWriter) -> None:
        self._writer = writer
        self._texts = writer.wording.texts

    def title(self, checked: Sequence[Checked]) -> str:
        """Give the heading, which counts the files."""
        return self._writer.wording.text("summary.heading", count=f"{len(checked):,}")

    def table(self, checked: Sequence[Checked]) -> Markup:
        """Write the summary, the table and the ways to take it along."""
        tones = Counter(conclude(entry.report).tone for entry in checked)
        counts = [
            element(
                "li",
                icon(tone),
                element("strong", f"{tones[tone]:,}"),
                " ",
                self._texts[f"summary.{tone}"],
                class_=tone,
            )
            for tone in reversed(_ORDER)
            if tones[tone]
        ]
        local = any(is_local(entry.report) for entry in checked)
        return element(
            "article",
            element(
                "header",
                element(
                    "div",
                    element("h2", self.title(checked), id="verdict", tabindex="-1", autofocus=True),
                    element("div", element("ul", *counts, class_="counts"), role="status"),
                    element("p", self._texts["notice.local"], class_="banner") if local else None,
                ),
                class_="verdict many",
            ),
            element(
                "div",
                element(
                    "table",
                    element("caption", self._texts["table.caption"]),
                    element("thead", element("tr", *(self._head(name) for name in _COLUMNS))),
                    element("tbody", *(self._row(entry) for entry in checked)),
                ),
                class_="scroll",
                tabindex="0",
                role="region",
                aria_label=self._texts["table.verdict"],
            ),
            element(
                "div",
                element("button", self._texts["action.print"], type="button", data_action="print", hidden=True),
                download(self._texts["action.csv"], "credroot-verdicts.csv", "text/csv", csv_of(checked)),
                element("a", self._texts["page.another"], href="/", class_="button another"),
                class_="actions",
            ),
            class_="result bulk",
        )

    def _head(self, name: str) -> Markup:
        return element("th", self._texts[f"table.{name}"], scope="col", data_sort=name)

    def _row(self, entry: Checked) -> Markup:
        conclusion = conclude(entry.report)
        verified = entry.shown.standing is Standing.VERIFIED
        unshown = element("span", self._texts["table.unverified"], class_="unshown")
        told = self._writer.telling(entry.report)
        issuer = told.issuer() if verified else ""
        why = told.answer(conclusion.check) if conclusion.check else None
        return element(
            "tr",
            element("th", element("bdi", entry.name, title=entry.name), scope="row"),
            element(
                "td",
                element(
                    "span",
                    icon(conclusion.tone),
                    joined(" ", self._texts[f"conclusion.{conclusion.name}.heading"]),
                    class_=f"mark {conclusion.tone}",
                ),
                data_value=str(_ORDER.index(conclusion.tone)),
            ),
            element("td", self._skill(entry.shown) if verified else unshown),
            element("td", element("bdi", entry.shown.holder) if verified else unshown),
            element("td", element("bdi", issuer) if issuer else unshown),
            element("td", why),
        )

    def _skill(self, shown: Shown) -> Markup:
        """Write a skill; of an endorsement, which nobody holds, what it endorses."""
        if shown.endorses:
            return joined(self._texts["shown.endorses"], " ", element("bdi", shown.endorses))
        return element("bdi", shown.skill)


def csv_of(checked: Sequence[Checked]) -> bytes:
    """Write the results as CSV: UTF-8 with a byte order mark, which spreadsheets want; one row a file."""
    text = io.StringIO()
    write = table_writer(text)
    for entry in checked:
        write(entry.name, entry.report)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
