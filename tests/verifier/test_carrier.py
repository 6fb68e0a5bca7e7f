"""What carries a credential is told apart from it: the verdict is about what is inside."""

from __future__ import annotations

from typing import Any

import pytest

from credroot.core.report import Outcome, Verdict
from credroot.credential.baking.png import bake_png
from credroot.credential.baking.svg import bake_svg
from credroot.verifier.subject import Carrier, SubmittedFile, read_subject
from credroot.verifier.trust import Trust
from credroot.verifier.verifier import Verifier
from tests.credential.baking.pictures import PNG, SVG
from tests.verifier.stage import DEPLOYMENT, KNOWN, NOW, Registry, anchored, as_bytes, badge, codes, report_on, signed


def genuine() -> dict[str, Any]:
    return anchored(signed(badge()))


@pytest.mark.parametrize(("bake", "picture", "code"), [(bake_png, PNG, "carrier.png"), (bake_svg, SVG, "carrier.svg")])
def test_a_picture_is_said_to_be_no_part_of_what_was_checked(bake: Any, picture: bytes, code: str):
    report = report_on(bake(picture, as_bytes(genuine())))
    check = report.check("carrier")
    assert (report.verdict, check.code, check.outcome) == (Verdict.VALID, code, Outcome.WARNING)
    assert check.to_json()["details"] == {"carrier": code.partition(".")[2]}


def test_a_file_that_is_the_credential_itself_has_no_carrier():
    assert "carrier" not in codes(report_on(genuine()))


def test_whoever_opened_a_pdf_says_so_and_the_report_tells():
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW)
    plain, carried = verifier.verify_many(
        [(as_bytes(genuine()), None), SubmittedFile(as_bytes(genuine()), carrier=Carrier.PDF)]
    )
    assert "carrier" not in codes(plain)
    assert (carried.verdict, codes(carried)["carrier"]) == (Verdict.VALID, "carrier.pdf")


def test_what_was_said_before_counts_more_than_what_is_found():
    subject = read_subject(bake_png(PNG, as_bytes(genuine())), Trust(), carrier=Carrier.PDF)
    assert getattr(subject, "carrier", None) is Carrier.PDF
