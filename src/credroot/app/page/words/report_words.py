"""One report in the words of one language: what the page, a component in another page, and paper say alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.app.page.words.conclusion import conclude
from credroot.core.text.clock import MAX_BLOCK_TIME, format_time
from credroot.core.text.markup import joined
from credroot.core.values import LOCAL_CHAIN_ID

if TYPE_CHECKING:
    from credroot.app.page.words.catalogue import Wording
    from credroot.core.report import Check, Report
    from credroot.core.text.markup import Markup

_UNREAD = ("unreadable", "damaged", "no_anchor")
"""Conclusions whose sentence goes on with what the format check found."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What there is to say about `report`."""

    wording: Wording
    report: Report

    @property
    def heading(self) -> str:
        """The verdict in a few words."""
        return self.wording.texts[f"conclusion.{conclude(self.report).name}.heading"]

    def sentence(self) -> Markup:
        """Write the sentence below the verdict, with day and reason of a withdrawal where they are known."""
        parts = [self.wording.markup(key, **self.values()) for key in self._sentence_keys()]
        return joined(parts[0], *(piece for part in parts[1:] for piece in (" ", part)))

    def sentence_text(self) -> str:
        """Write the same sentence without HTML."""
        return " ".join(self.wording.isolated(key, **self.values()) for key in self._sentence_keys())

    def answer(self, check: Check) -> Markup:
        """Write what a check answered."""
        return self.wording.markup(self._answer_key(check), **self.values())

    def answer_text(self, check: Check) -> str:
        """Write the same answer without HTML."""
        return self.wording.isolated(self._answer_key(check), **self.values())

    def network(self) -> str:
        """Name the network that was asked, with its CAIP-2 id; nothing where none was."""
        told = self.report.network
        called = self.wording.texts["record.local"] if is_local(self.report) else plain(told.get("name"))
        return f"{called} ({plain(told.get('chain'))})" if told else ""

    def read_at(self) -> str:
        """Write the time of the block that the facts are of; nothing where none was read."""
        seconds = self.report.network.get("blockTime")
        if not isinstance(seconds, int) or not 0 <= seconds <= MAX_BLOCK_TIME:
            return ""
        return self.wording.minute_of(format_time(datetime.fromtimestamp(seconds, UTC)))

    def details(self, check_id: str) -> dict[str, object]:
        """Give the values behind a check's message; nothing where it was not asked."""
        return next((dict(check.details) for check in self.report.checks if check.id == check_id), {})

    def issuer(self) -> str:
        """Name the issuer as somebody vouches for it, and with what it calls itself; nothing where nobody does."""
        details = self.details("issuer")
        name, own = plain(details.get("name")), plain(details.get("ownName"))
        return self.wording.text("shown.calls_itself", id=name, name=own) if own else name

    def values(self) -> dict[str, str]:
        """Give the texts that sentences about a report may need."""
        words, subject = self.wording, self.report.subject
        issuer, status = self.details("issuer"), self.details("status")
        return {
            "issuer": self.issuer() or words.texts["shown.issuer_unknown"],
            "source": plain(issuer.get("source")),
            **self._accreditation(issuer.get("accreditation")),
            "anchored": words.minute_of(plain(self.details("anchor").get("anchoredAt"))),
            "begins": words.day_of(plain(subject.get("validFrom"))),
            "ends": words.day_of(plain(subject.get("validUntil"))),
            "day": words.day_of(plain(status.get("withdrawnAt"))),
            "reason": words.reason(status.get("reason")),
        }

    def _accreditation(self, told: object) -> dict[str, str]:
        known = told if isinstance(told, dict) else {}
        begins, until = known.get("from"), known.get("until")
        return {
            "accreditor": plain(known.get("name")),
            "scope": plain(known.get("scope")),
            "accredited_from": self.wording.day_of(begins) if isinstance(begins, str) else "",
            "accredited_until": self.wording.day_of(until) if isinstance(until, str) else "\u221e",
        }

    def _sentence_keys(self) -> list[str]:
        conclusion = conclude(self.report)
        dated = self._dated(conclusion.name, conclusion.check)
        keys = [dated or f"conclusion.{conclusion.name}.sentence"]
        if conclusion.name in _UNREAD:
            keys += [self._answer_key(check) for check in self.report.checks if check.id == "format"]
        return keys

    def _answer_key(self, check: Check) -> str:
        return self._dated(check.code, check) or self.wording.sentence_key(check.code)

    def _dated(self, name: str, check: Check | None) -> str | None:
        """Give the key of the sentence with a day in it, where there is one and the check knows the day."""
        key = f"dated.{name}"
        return key if check is not None and "withdrawnAt" in check.details and key in self.wording.texts else None


def is_local(report: Report) -> bool:
    """Tell a report on the local chain, which proves nothing to others."""
    return report.network.get("chain") == LOCAL_CHAIN_ID.caip2


def plain(value: object) -> str:
    """Give a value where it is a text; nothing for anything else."""
    return value if isinstance(value, str) else ""
