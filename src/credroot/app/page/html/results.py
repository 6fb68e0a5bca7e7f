"""One credential's result as HTML: the verdict, what was verified, every check, and where it is recorded.

There is one writer of results, used with and without JavaScript. All it is given is text, and text it stays.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.app.page.html.icons import icon, outcome_icon
from credroot.app.page.words.conclusion import conclude
from credroot.app.page.words.content_standing import Standing
from credroot.app.page.words.report_words import Telling, is_local, plain
from credroot.core.report import Outcome
from credroot.core.text.clock import format_time
from credroot.core.text.markup import Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from credroot.app.page.checking import Checked
    from credroot.app.page.words.catalogue import Wording
    from credroot.app.page.words.shown_content import Item, Shown
    from credroot.core.json.types import JsonObject
    from credroot.core.report import Check, Report
    from credroot.core.text.markup import Child

_EXPLORER_TRANSACTION = "/tx/"


@dataclass(frozen=True, slots=True)
class ResultWriter:
    """Writes results in one language; `explorers` gives each network's explorer, a URL that ends in ``/tx/``."""

    wording: Wording
    explorers: Mapping[str, str]
    seal: Callable[[JsonObject, str], str] | None = None
    """Seals a report, in its wire form, and a file's name, so that it can be set as a PDF; `None` where none can."""
    at: datetime | None = None
    """When the results were found, where that is to be said."""

    def result(self, checked: Checked) -> Markup:
        """Write everything about one file."""
        report = checked.report
        return element(
            "article",
            self._verdict(checked),
            self._content(checked),
            self._checks(report),
            self._record(report),
            self._actions(checked),
            self._whole_report(checked),
            class_="result",
        )

    def telling(self, report: Report) -> Telling:
        """Give what there is to say about a report."""
        return Telling(self.wording, report)

    def _text(self, key: str) -> str:
        return self.wording.texts[key]

    def _verdict(self, checked: Checked) -> Markup:
        told = self.telling(checked.report)
        tone = conclude(checked.report).tone
        return element(
            "header",
            icon(tone),
            element(
                "div",
                element("p", checked.name, class_="file") if checked.name else None,
                element("h2", told.heading, id="verdict", tabindex="-1", autofocus=True),
                element("p", told.sentence(), role="status", class_="sentence"),
                self._banner(checked.report),
            ),
            class_=f"verdict {tone}",
        )

    def _banner(self, report: Report) -> Markup | None:
        if not is_local(report):
            return None
        return element("p", self._text("notice.local"), class_="banner")

    def _content(self, checked: Checked) -> Markup | None:
        shown = checked.shown
        if shown.standing is Standing.HIDDEN:
            return None
        verified = shown.standing is Standing.VERIFIED
        wording = self.wording
        facts = [
            *self._what(shown),
            self._issuer(checked),
            self._fact("shown.kind", _spaced(shown.kind), is_short=True),
            self._fact("shown.issued", wording.day_of(shown.issued or None), is_short=True),
            self._fact("shown.expires", wording.day_of(shown.expires or None), is_short=True),
            self._fact("shown.credits", shown.credits, is_short=True),
            self._fact("shown.results", self._items(shown.results), is_short=True),
            self._fact("shown.description", _paragraphs(shown.description)),
            self._fact("shown.criteria", _joined_or_none(_paragraphs(shown.criteria), link(shown.criteria_link))),
            self._fact("shown.evidence", self._items(shown.evidence)),
            self._fact("shown.alignment", self._items(shown.alignment)),
            self._fact("shown.tags", element("bdi", ", ".join(shown.tags)) if shown.tags else None),
            self._fact("shown.id", element("code", shown.id) if shown.id else None),
        ]
        picture = element("img", src=checked.picture, alt="", width="200", height="200") if checked.picture else None
        note = self._text("notice.carrier") if checked.is_carried else None
        return element(
            "section",
            element("h3", self._text("section.content" if verified else "section.claims"), id="content-heading"),
            None if verified else element("p", self._text("section.claims_note"), class_="caution"),
            element(
                "div",
                element("div", picture, class_="badge") if picture else None,
                element("dl", *facts),
                class_="content-body",
            ),
            element("p", note, class_="note") if note else None,
            class_="content" if verified else "content claims",
            aria_labelledby="content-heading",
        )

    def _what(self, shown: Shown) -> list[Markup | None]:
        """Write who holds which skill, or, of an endorsement, what it endorses: nobody holds that."""
        unnamed = self._text("shown.unnamed")
        if shown.endorses:
            return [
                self._fact("shown.endorsement", element("bdi", shown.skill or unnamed, class_="skill")),
                self._fact("shown.endorses", element("bdi", shown.endorses)),
                self._fact("shown.comment", _paragraphs(shown.comment)),
            ]
        return [
            self._fact("shown.holder", element("bdi", shown.holder or unnamed, class_="holder")),
            self._fact("shown.skill", element("bdi", shown.skill or unnamed, class_="skill")),
        ]

    def _issuer(self, checked: Checked) -> Markup:
        details = self.telling(checked.report).details("issuer")
        outcome = next((check.outcome for check in checked.report.checks if check.id == "issuer"), None)
        is_known = outcome in (Outcome.PASSED, Outcome.WARNING)
        if is_known and checked.shown.standing is Standing.VERIFIED:
            told = joined(
                element("bdi", self.telling(checked.report).issuer(), class_="issuer-name"),
                " ",
                element(
                    "span",
                    self.wording.markup("shown.according", source=plain(details.get("source"))),
                    class_="according",
                ),
            )
        else:
            claimed = checked.shown.issuer
            says = (
                self.wording.markup("shown.issuer_claims", name=claimed)
                if claimed
                else self._text("shown.issuer_nameless")
            )
            chip = element("span", self._text("shown.issuer_unknown"), class_="chip unsure")
            told = joined("" if is_known else joined(chip, " "), element("span", says, class_="according"))
        return self._fact("shown.issuer", told) or Markup()

    def _fact(self, key: str, value: Child, *, is_short: bool = False) -> Markup | None:
        if not value:
            return None
        return element(
            "div", element("dt", self._text(key)), element("dd", value), class_="short" if is_short else None
        )

    def _items(self, items: tuple[Item, ...]) -> Markup | None:
        rows = [
            element(
                "li",
                element("bdi", item.name, class_="item-name") if item.name else None,
                " " if item.name and item.text else None,
                element("bdi", item.text) if item.text else None,
                link(item.link),
            )
            for item in items
            if item.name or item.text or item.link
        ]
        return element("ul", *rows) if rows else None

    def _checks(self, report: Report) -> Markup:
        return element(
            "section",
            element("h3", self._text("section.checks"), id="checks-heading"),
            element("ul", *(self._check(check, report) for check in report.checks), class_="checks"),
            class_="all-checks",
            aria_labelledby="checks-heading",
        )

    def _check(self, check: Check, report: Report) -> Markup:
        name, meaning = f"check.{check.id}.name", f"check.{check.id}.meaning"
        texts = self.wording.texts
        return element(
            "li",
            outcome_icon(check.outcome),
            element(
                "div",
                element(
                    "p",
                    element("span", texts.get(name, check.id), class_="question"),
                    " ",
                    element("strong", texts[f"outcome.{check.outcome}"], class_="word"),
                    class_="asked",
                ),
                element("p", self.telling(report).answer(check), class_="answer"),
                element("p", texts[meaning], class_="meaning") if meaning in texts else None,
            ),
            class_=str(check.outcome),
            data_code=check.code,
        )

    def _record(self, report: Report) -> Markup | None:
        network = report.network
        if not network:
            return None
        told, name = self.telling(report), plain(network.get("name"))
        base = self._explorer(name)
        anchor = told.details("anchor")
        registry, block = plain(network.get("registry")), network.get("block")
        read_at = told.read_at()
        anchored, root = anchor.get("anchoredAt"), anchor.get("root")
        inclusion = told.details("inclusion")
        index, count = inclusion.get("index"), inclusion.get("leafCount")
        place = (
            self.wording.text("record.place", index=f"{index + 1:,}", count=f"{count:,}")
            if isinstance(index, int) and isinstance(count, int) and isinstance(anchored, str)
            else None
        )
        called = self._text("record.local") if is_local(report) else name
        rows = [
            self._fact("pdf.checked", self.wording.minute_of(format_time(self.at)) if self.at else None),
            self._fact("record.network", joined(called, " ", element("code", plain(network.get("chain"))))),
            self._fact("record.registry", _explored(registry, f"{base}/address/{registry}" if base else "")),
            self._fact("record.anchored", self.wording.minute_of(anchored) if isinstance(anchored, str) else None),
            self._fact(
                "record.batch",
                joined(element("code", plain(root)), element("span", place, class_="place") if place else None)
                if isinstance(anchored, str)
                else None,
            ),
            self._fact(
                "record.block",
                joined(
                    _explored(f"{block:,}", f"{base}/block/{block}" if base else ""),
                    element("span", read_at, class_="place") if read_at else None,
                )
                if isinstance(block, int)
                else None,
            ),
        ]
        return element(
            "section",
            element("h3", self._text("section.record"), id="record-heading"),
            element("dl", *rows),
            class_="record",
            aria_labelledby="record-heading",
        )

    def _explorer(self, network: str) -> str:
        """Give the beginning of an explorer's addresses, or nothing."""
        url = self.explorers.get(network, "")
        if not url.startswith(("https://", "http://")) or not url.endswith(_EXPLORER_TRANSACTION):
            return ""
        return url.removesuffix(_EXPLORER_TRANSACTION)

    def _actions(self, checked: Checked) -> Markup:
        wire = _shown_report(checked)
        report = _report_text(wire)
        carried = checked.credential if checked.is_carried else None
        return element(
            "div",
            element("button", self._text("action.print"), type="button", data_action="print", hidden=True),
            self._paper(wire, checked.name),
            download(self._text("action.report"), "credroot-report.json", "application/json", report.encode()),
            download(self._text("action.credential"), "credential.json", "application/json", carried)
            if carried
            else None,
            element(
                "button",
                self._text("action.copy"),
                type="button",
                data_action="copy",
                data_fragment=checked.fragment,
                hidden=True,
            )
            if checked.fragment
            else None,
            element("a", self._text("page.another"), href="/", class_="button another"),
            class_="actions",
        )

    def _paper(self, wire: JsonObject, name: str) -> Markup | None:
        """Write the form that has the report set as a PDF; it works with and without JavaScript."""
        if self.seal is None:
            return None
        return element(
            "form",
            element("input", type="hidden", name="lang", value=self.wording.language),
            element("input", type="hidden", name="report", value=self.seal(wire, name)),
            element("button", self._text("action.pdf"), type="submit"),
            action="report.pdf",
            method="post",
            enctype="multipart/form-data",
            class_="paper",
        )

    def _whole_report(self, checked: Checked) -> Markup:
        return element(
            "details",
            element("summary", self._text("section.report")),
            element("pre", _report_text(_shown_report(checked)), tabindex="0"),
            class_="whole",
        )


def link(address: str) -> Markup | None:
    """Write an address as a link that shows where it leads and tells nobody where it was followed from."""
    if not address:
        return None
    return element("a", address, href=address, rel="noopener noreferrer nofollow external", class_="link")


def download(label: str, name: str, media_type: str, data: bytes) -> Markup:
    """Write a link that saves `data`, with or without JavaScript."""
    encoded = base64.b64encode(data).decode()
    return element("a", label, href=f"data:{media_type};base64,{encoded}", download=name, class_="button")


def _explored(text: str, address: str) -> Markup:
    if not address:
        return element("code", text)
    return element("a", element("code", text), href=address, rel="noopener noreferrer nofollow external")


def _shown_report(checked: Checked) -> JsonObject:
    """Give the report in its wire form. What must not be shown of the file is not in it either."""
    wire = checked.report.to_json()
    if checked.shown.standing is Standing.HIDDEN:
        wire.pop("credential", None)
    return wire


def _report_text(wire: JsonObject) -> str:
    return json.dumps(wire, ensure_ascii=False, indent=2)


def _paragraphs(text: str) -> Markup | None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return joined(*(element("p", line, dir="auto") for line in lines)) if lines else None


def _joined_or_none(*children: Markup | None) -> Markup | None:
    return joined(*children) if any(children) else None


def _spaced(word: str) -> str:
    """Write ``MicroCredential`` as people do: ``Micro Credential``."""
    return "".join(
        f" {char}" if place and char.isupper() and word[place - 1].islower() else char
        for place, char in enumerate(word)
    )
