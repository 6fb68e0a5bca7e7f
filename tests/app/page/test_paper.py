"""A report as paper, and that only what was given out here becomes one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from credroot.app.page.sealed_reports import Sealer
from credroot.app.page.words.catalogue import LANGUAGES, wording
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report, read_report
from tests.browser.payloads import TEXTS
from tests.browser.reports import BY_CONCLUSION, report

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("conclusion", BY_CONCLUSION)
def test_a_report_can_be_read_again(conclusion: str) -> None:
    written = report(conclusion, local=True)
    assert read_report(json.loads(json.dumps(written.to_json()))) == written


@pytest.mark.parametrize(
    "change",
    [
        {"format": "credroot/report/v2"},
        {"verdict": "valid"},
        {"checks": None},
        {"checks": [{}]},
        {"checks": [{"id": "a", "outcome": "perhaps", "code": "a.b", "message": "", "required": True}]},
        {"network": []},
    ],
)
def test_what_is_no_report_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        read_report({**report("revoked").to_json(), **change})
    assert refused.value.code == "report.format"


def test_a_sealed_report_comes_back_as_it_was() -> None:
    sealer = Sealer()
    opened = sealer.open(sealer.seal(report("revoked").to_json(), NOW, "bewerbung.json").encode())
    assert (opened.report, opened.at, opened.file) == (report("revoked"), NOW, "bewerbung.json")


def test_a_forged_report_is_not_set_as_paper() -> None:
    sealer = Sealer()
    sealed = sealer.seal(report("revoked").to_json(), NOW, "a.json").encode()
    raw = base64.urlsafe_b64decode(sealed)
    forged = base64.urlsafe_b64encode(
        raw.replace(b'"revoked"', b'"expired"').replace(b"status.revoked", b"status.active")
    )
    for wrong in (forged, sealed[:-8], b"", b"AAAA", b"\xff", sealed[::-1], Sealer().seal({}, NOW, "").encode()):
        with pytest.raises(InputError) as refused:
            sealer.open(wrong)
        assert refused.value.code == "seal.broken"


@pytest.fixture(scope="module")
def typesetter() -> None:
    pytest.importorskip("typst", reason="typst is not installed: the extra credroot[pdf]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_be_set(typesetter: None, language: str) -> None:
    from credroot.app.page.report_pdf import report_pdf

    made = report_pdf(report("revoked", local=True), wording(language), at=NOW, file="a.json")
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made
    assert b"<pdfaid:part>2" in made


def test_any_text_can_be_set_and_names_nobody_has_letters_for_are_left_out(typesetter: None) -> None:
    from credroot.app.page.report_pdf import _RARE, LEFT_OUT, _data, _replaced, report_pdf

    hostile = "".join(TEXTS)[:6_000] + '#panic() $x$ \\ "'
    told = Report(
        (*report("genuine").checks, Check("x", Outcome.WARNING, "x.y", hostile)),
        subject={"holder": "\U00013000\U00013001 Ωμέγα Иван", "skill": hostile},
        network=report("genuine").network,
    )
    assert report_pdf(told, wording("en"), at=NOW, file=hostile[:200]).startswith(b"%PDF-")
    facts = _replaced(_data(told, wording("en"), NOW, ""), _RARE, LEFT_OUT)
    assert f"{LEFT_OUT} Ωμέγα Иван" in json.dumps(facts, ensure_ascii=False)


@pytest.mark.parametrize("conclusion", ["changed", "unavailable", "unknown_issuer"])
def test_paper_holds_only_what_was_verified(conclusion: str) -> None:
    from credroot.app.page.report_pdf import _data

    assert "Claimed" not in json.dumps(_data(report(conclusion), wording("en"), NOW, "a.json"))
    assert "Claimed holder" in json.dumps(_data(report("genuine"), wording("en"), NOW, "a.json"))
