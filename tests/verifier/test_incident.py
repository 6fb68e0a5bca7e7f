"""An error of our own in judging one file is that file's report, and nobody else's."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from credroot.core.report import Outcome, Report, Verdict
from credroot.verifier.judge import judge
from credroot.verifier.trust import Trust
from credroot.verifier.verifier import Verifier
from tests.verifier.stage import DEPLOYMENT, KNOWN, NOW, Registry, Shelf, anchored, as_bytes, badge, codes, signed


class Breaking(Shelf):
    """A shelf that breaks over one DID."""

    def did_document(self, did: str, *, fetch: bool) -> Any:
        if did == "did:web:breaking.example":
            raise ZeroDivisionError("a secret of the file")
        return None


def verified(*documents: Any, shelf: Any = None) -> tuple[Report, ...]:
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW, documents=shelf)
    return verifier.verify_many([(as_bytes(document), None) for document in documents])


def test_a_file_that_breaks_something_costs_its_neighbours_nothing(caplog: pytest.LogCaptureFixture):
    good, bad = anchored(signed(badge())), signed(badge("did:web:breaking.example"))
    reports = verified(good, bad, good, shelf=Breaking())
    assert [report.verdict for report in reports] == [Verdict.VALID, Verdict.INDETERMINATE, Verdict.VALID]
    check = reports[1].check("format")
    assert (check.outcome, check.code) == (Outcome.UNKNOWN, "internal.error")
    assert {other.outcome for other in reports[1].checks[1:]} == {Outcome.SKIPPED}
    logged = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(logged) == 1
    assert logged[0].args is not None
    assert str(logged[0].args[0]) in check.message  # type: ignore[index]
    assert "secret" not in logged[0].getMessage() + check.message


def test_an_error_within_a_check_is_the_files_report():
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW)
    (evidence,) = verifier.gather([(as_bytes(anchored(signed(badge()))), None)])
    report = judge(replace(evidence, now="not a moment"))  # type: ignore[arg-type]
    assert (report.verdict, codes(report)["format"]) == (Verdict.INDETERMINATE, "internal.error")


@pytest.mark.parametrize("url", [{}, [], None, 7, True, {"a": "https://lists.example"}, [["https://lists.example"]]])
def test_the_address_of_a_status_list_may_be_anything_and_is_then_none(url: Any):
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListCredential": url}
    stripped = {"type": "VerifiableCredential", "proof": {}, "credentialStatus": entry}
    for document in (
        stripped,
        anchored(
            signed(
                badge(),
            )
        )
        | {"credentialStatus": entry},
    ):
        (report,) = verified(document, shelf=Shelf())
        assert report.verdict is not Verdict.VALID
        assert codes(report)["format"] == "format.credential"
