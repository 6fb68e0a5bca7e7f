"""What a stranger's file may cost: counted, refused by name, and then neither failure nor success."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.workspace.shape_files import RememberingFolder
from credroot.core.budget import OF_ONE_FILE, VALUES_OF_A_CALL, Budget, Work
from credroot.core.report import Outcome, Report, Verdict
from credroot.credential.proof.data_integrity import ProofOutcome, verify_proofs
from credroot.credential.proof.suites.priced import priced, values_of
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.verifier.trust import Trust
from credroot.verifier.verifier import PAGE_BYTES, PAGE_FILES, Verifier, pages
from tests.verifier.costly import many_forms, other_shape, twins, wrong_proof
from tests.verifier.stage import DEPLOYMENT, KNOWN, NOW, Registry, anchored, as_bytes, badge, signed

if TYPE_CHECKING:
    from pathlib import Path


class Counted:
    """PyLD, with what it was asked."""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    @property
    def values(self) -> int:
        return sum(map(values_of, self.documents))

    def __call__(self, document: dict[str, Any]) -> Any:
        self.documents.append(document)
        return default_canonicalizer().canonical_form(document)


def verified(documents: list[dict[str, Any]], budget: Budget | None, pyld: Counted) -> tuple[Report, ...]:
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW, canonicalize=pyld)
    return verifier.verify_many([(as_bytes(document), None) for document in documents], budget=budget)


def reason(report: Report, check: str) -> object:
    return report.check(check).details.get("reason")


def test_a_file_costs_no_more_than_one_file_may() -> None:
    pyld = Counted()
    document = many_forms()
    document["endorsement"] = [many_forms(number) for number in range(1, 9)]
    (report,) = verified([anchored(document)], None, pyld)
    assert pyld.values <= OF_ONE_FILE[Work.VALUES]
    assert report.verdict is not Verdict.VALID


def test_files_of_one_request_cost_no_more_than_a_request_may() -> None:
    pyld = Counted()
    reports = verified([other_shape(number) for number in range(60)], Budget({Work.VALUES: 1_000}), pyld)
    assert pyld.values <= 1_000
    looked_at = [report for report in reports if report.check("signature").code == "signature.failed"]
    left = [report for report in reports if report not in looked_at]
    assert 3 < len(looked_at) < 20
    assert {report.check("signature").code for report in left} == {"signature.too_costly"}
    assert {reason(report, "signature") for report in left} == {"budget.values"}


def test_what_was_not_looked_at_is_open_and_the_next_file_is_judged_by_itself() -> None:
    genuine = anchored(signed(badge()))
    documents = [genuine, genuine, genuine]
    reports = verified(documents, Budget({Work.FILES: 2}), Counted())
    assert [report.verdict for report in reports] == [Verdict.VALID, Verdict.VALID, Verdict.INDETERMINATE]
    form, *others = reports[2].checks
    assert (form.outcome, form.code, form.details) == (Outcome.UNKNOWN, "format.too_costly", {"reason": "budget.files"})
    assert {check.outcome for check in others} == {Outcome.SKIPPED}


@pytest.mark.parametrize("work", [Work.PROOFS, Work.FORMS, Work.VALUES])
def test_a_signature_that_is_not_paid_for_is_neither_good_nor_bad(work: Work) -> None:
    (report,) = verified([anchored(signed(badge()))], Budget({work: 0}), Counted())
    assert (report.verdict, report.check("signature").outcome) == (Verdict.INDETERMINATE, Outcome.UNKNOWN)
    assert reason(report, "signature") == f"budget.{work.word}"


def test_an_endorsement_that_is_not_paid_for_could_not_be_checked() -> None:
    document = copy.deepcopy(badge())
    document["endorsement"] = [signed(badge())] * 3
    (report,) = verified([anchored(document)], Budget({Work.ENDORSEMENTS: 0}), Counted())
    check = report.check("endorsement")
    assert (check.outcome, check.code) == (Outcome.UNKNOWN, "endorsement.unknown")
    told = check.details["endorsements"]
    assert isinstance(told, list)
    assert [entry["reason"] for entry in told if isinstance(entry, dict)] == ["budget.endorsements"]


def test_sixteen_proofs_of_one_form_canonicalise_it_once() -> None:
    pyld = Counted()
    document = {**badge(), "proof": [wrong_proof(place) for place in range(16)]}
    results = verify_proofs(document, lambda _: signing_key(), now=NOW, canonicalize=pyld)
    assert {result.code for result in results} == {"proof.signature_wrong"}
    assert sum("credentialSubject" in one for one in pyld.documents) == 1


def signing_key() -> Any:
    from tests.verifier.stage import TEST_KEY

    return TEST_KEY.multikey


def test_a_verdict_asks_whether_the_signature_holds_once() -> None:
    pyld = Counted()
    document = copy.deepcopy(badge())
    document["endorsement"] = [{}]
    verified([anchored(signed(document))], None, pyld)
    assert sum("credentialSubject" in one for one in pyld.documents) == 1


def test_a_known_shape_costs_a_fortieth_and_an_unknown_one_what_it_takes() -> None:
    budget = Budget({})
    canonical_form = priced(None, budget)
    document = other_shape(4_095)
    whole = values_of(document)
    canonical_form(document)
    assert budget.spent[Work.VALUES] == whole
    canonical_form({**document, "id": "urn:uuid:2"})  # it is learnt: PyLD reads it twice
    before = budget.spent[Work.VALUES]
    canonical_form({**document, "id": "urn:uuid:3"})
    assert 0 < budget.spent[Work.VALUES] - before < whole // 20


def test_nothing_is_canonicalised_that_is_not_paid_for() -> None:
    pyld = Counted()
    with pytest.raises(Exception, match="values"):
        priced(pyld, Budget({Work.VALUES: VALUES_OF_A_CALL}))(badge())
    assert pyld.documents == []


def test_results_are_the_same_with_a_budget_and_without() -> None:
    document = signed(badge())
    for budget in (None, Budget()):
        (result,) = verify_proofs(document, lambda _: signing_key(), now=NOW, budget=budget)
        assert result.outcome is ProofOutcome.VERIFIED


def test_files_are_parsed_page_by_page() -> None:
    small = [(b"{}", None)] * (PAGE_FILES + 1)
    assert [len(page) for page in pages(small)] == [PAGE_FILES, 1]
    large = (b" " * (PAGE_BYTES // 2), None)
    assert [len(page) for page in pages([large, large, large, (b"{}", None)])] == [2, 2]
    assert [len(page) for page in pages([(b" " * (PAGE_BYTES + 1), None), large])] == [1, 1]
    assert list(pages([])) == []


def test_telling_apart_what_looks_the_same_is_paid_for_step_by_step(tmp_path: Path) -> None:
    for canonicalize in (None, RememberingFolder(tmp_path)):
        budget = Budget({Work.STEPS: 100_000})
        verifier = Verifier(
            Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW, canonicalize=canonicalize
        )
        files = [(as_bytes(twins(number)), None) for number in range(10)]
        reports = verifier.verify_many(files, budget=budget)
        assert 90_000 < budget.spent[Work.STEPS] <= 100_000
        costly = [report for report in reports if report.check("signature").code == "signature.too_costly"]
        assert len(costly) == 8
        assert {(report.verdict, reason(report, "signature")) for report in costly} == {
            (Verdict.INDETERMINATE, "budget.steps")
        }


def test_ten_small_documents_of_twins_cost_no_more_than_a_request_may() -> None:
    budget = Budget({}, microseconds=700_000)
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW)
    reports = verifier.verify_many([(as_bytes(twins(number)), None) for number in range(10)], budget=budget)
    assert budget.price <= 700_000
    assert budget.spent[Work.STEPS] < 200_000
    assert reports[-1].verdict is Verdict.INDETERMINATE
