"""Files become results: archives, receipts and pictures included."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.page.checking import BYTES_AT_ONCE, FILES_AT_ONCE, MAX_FILES, Checked, Entries, Given, check_in_turn
from credroot.app.page.checking import check as check_opened
from credroot.app.page.embedding import brief
from credroot.app.page.html.results import ResultWriter
from credroot.app.page.html.table import TableWriter
from credroot.app.page.jobs import _result, _result_or_incidents
from credroot.app.page.words.catalogue import wording
from credroot.core.anchor.proof_value import AnchorClaim
from credroot.core.anchor.receipt import FileFacts, Receipt, leaf_of_file
from credroot.core.budget import Budget, Work
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report, Verdict
from credroot.core.tree.merkle import MerkleTree
from credroot.core.values import Digest
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.baking.svg import bake_svg
from credroot.credential.picture.svg import badge_svg
from credroot.verifier.trust import Trust
from credroot.verifier.verifier import Verifier
from tests.browser.reports import credential, verdicts
from tests.core.vectors import FOLDER
from tests.verifier.stage import (
    ACCOUNT,
    ANCHORED_AT,
    CHAIN,
    DEPLOYMENT,
    DID,
    KNOWN,
    NOW,
    Registry,
    anchored,
    badge,
    changed,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from credroot.app.page.checking import Verify
    from credroot.verifier.subject import SubmittedFile


def check(given: Sequence[Given], verify_many: Verify) -> tuple[Checked, ...]:
    return check_opened(Entries(given), verify_many)


def as_bytes(conclusion: str = "genuine") -> bytes:
    return json.dumps(credential(conclusion)).encode()


def zipped(**members: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive.getvalue()


def codes(*given: Given) -> list[str]:
    return [entry.report.checks[0].code for entry in check(given, verdicts)]


def test_one_file_in_an_archive_that_can_not_be_read_spoils_no_other() -> None:
    archive = zipped(a=as_bytes(), b=b"\x89PNG\r\n\x1a\n", c=as_bytes(), d=zipped(e=as_bytes()))
    assert codes(Given(archive, "x.zip")) == [
        "format.credential",
        "baking.png_truncated",
        "format.credential",
        "archive.nested",
    ]


def test_an_archive_that_shows_bad_faith_is_one_result() -> None:
    assert codes(Given(zipped(**{"../a": as_bytes(), "b": as_bytes()}), "x.zip")) == ["archive.unsafe_name"]


def test_too_many_files_are_refused_before_any_is_judged() -> None:
    with pytest.raises(InputError) as caught:
        check([Given(as_bytes())] * (MAX_FILES + 1), verdicts)
    assert caught.value.code == "page.too_many"


def test_what_a_request_has_no_budget_for_is_told_of_each_file_and_no_file_spoils_another() -> None:
    budget = Budget({Work.KILOBYTES: 5})
    archive = zipped(a=as_bytes(), b=as_bytes() + b" " * 10_000, c=as_bytes())
    checked = check_opened(Entries([Given(archive, "x.zip")], budget=budget), verdicts, budget=budget)
    told = [(entry.report.checks[0].code, entry.report.checks[0].details.get("reason")) for entry in checked]
    assert told == [("format.credential", None), ("format.too_costly", "budget.kilobytes"), ("format.credential", None)]
    assert checked[1].report.verdict is Verdict.INDETERMINATE


def test_files_are_dropped_before_others_are_unpacked() -> None:
    large = as_bytes() + b" " * (BYTES_AT_ONCE // 2)
    asked: list[int] = []

    def verify_many(files: Sequence[tuple[bytes, Digest | None]]) -> tuple[Report, ...]:
        asked.append(len(files))
        return tuple(verdicts(files))

    archive = zipped(**{str(number): large for number in range(7)})
    judged = check_in_turn(Entries([Given(archive, "x.zip")]), verify_many)
    assert sum(1 for _ in judged) == 7
    assert asked == [1] * 7
    asked.clear()
    assert len(check([Given(as_bytes())] * (FILES_AT_ONCE + 1), verify_many)) == FILES_AT_ONCE + 1
    assert asked == [FILES_AT_ONCE, 1]


def test_a_member_is_unpacked_when_those_before_it_are_judged() -> None:
    members, budget, unpacked = 7, Budget({}), []
    size = BYTES_AT_ONCE // 1_024

    def verify_many(files: Sequence[SubmittedFile]) -> tuple[Report, ...]:
        unpacked.append(budget.spent[Work.KILOBYTES] // size)
        return tuple(verdicts(files))

    large = as_bytes() + b" " * BYTES_AT_ONCE
    archive = zipped(**{str(number): large for number in range(members)})
    check_opened(Entries([Given(archive, "x.zip")], budget=budget), verify_many, budget=budget)
    assert unpacked == list(range(1, members + 1))


def test_the_picture_that_carried_a_credential_is_never_shown() -> None:
    picture = bake_svg(badge_svg("Nobel Prize", "Stockholm"), as_bytes())
    checked = check([Given(picture, "a.svg")], verdicts)[0]
    assert checked.is_carried
    assert checked.picture != ""
    assert b"Nobel" not in base64.b64decode(checked.picture.partition(",")[2])


def test_what_can_not_be_verified_can_not_be_taken_along() -> None:
    changed = check([Given(as_bytes("changed"))], verdicts)[0]
    assert (changed.credential, changed.fragment, changed.picture) == (b"", "", "")


def test_a_receipt_is_judged_with_its_file_and_the_file_is_no_result() -> None:
    vectors = [json.loads(path.read_bytes()) for path in sorted((FOLDER / "receipt").glob("*.json"))]
    receipt = next(vector["receipt"] for vector in vectors if vector["valid"])
    asked: list[Digest | None] = []

    def verify_many(files: Iterable[SubmittedFile]) -> tuple[Report, ...]:
        reports = []
        for file in files:
            asked.append(file.file_digest)
            reports.append(Report((Check("format", Outcome.PASSED, "format.receipt", ""),)))
        return tuple(reports)

    text = json.dumps(receipt).encode()
    assert len(check([Given(text, "r.json"), Given(b"the file", "f.pdf.txt")], verify_many)) == 1
    assert asked[0] is not None
    asked.clear()
    assert len(check([Given(text, "r.json")], verify_many)) == 1
    assert asked == [None]


def test_a_member_of_an_archive_bears_the_archives_name_too() -> None:
    entries = Entries([Given(zipped(diploma=as_bytes()), "a.zip"), Given(as_bytes(), "diploma")])
    assert entries.names == [one.name for one in check_opened(entries, verdicts)] == ["a.zip/diploma", "diploma"]


def receipt_of(data: bytes) -> bytes:
    facts = FileFacts(Digest.sha256(data), bytes(32))
    tree = MerkleTree([leaf_of_file(facts)])
    claim = AnchorClaim(CHAIN, DEPLOYMENT.address, ACCOUNT.address, tree.root, tree.proof(0))
    return json.dumps(Receipt(facts, claim).to_json()).encode()


def pdf_with(attached: bytes) -> bytes:
    stream = b"5 0 obj\n<</Type /EmbeddedFile /Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(attached), attached)
    return b"%PDF-1.4\n" + stream + b"%%EOF\n"


def told_beside(receipt: bytes, *files: bytes) -> dict[str, tuple[str, str]]:
    return dict(told_in_order(receipt, *files))


def told_in_order(receipt: bytes, *files: bytes) -> list[tuple[str, tuple[str, str]]]:
    """Give first code and verdict of each result, where a verifier knows the issuer of every receipt."""
    trust = Trust((DEPLOYMENT,), (KNOWN,))
    registry = Registry(leaf_count=1)
    verifier = Verifier(trust, lambda _: registry, clock=lambda: NOW)
    given = [Given(receipt, "receipt"), *(Given(data, f"file {place}") for place, data in enumerate(files))]
    checked = check_opened(Entries(given), verifier.verify_in_turn, trust=trust)
    return [(one.name, (one.report.checks[0].code, one.report.verdict.value)) for one in checked]


OF_THE_FILE, OF_ANOTHER = ("format.receipt", "valid"), ("format.other_file", "invalid")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n%%EOF\n", pdf_with(b"{}"), b"PK\x03\x04, and nothing more", b"text"])
def test_a_receipt_is_of_the_file_and_not_of_what_was_taken_out_of_it(data: bytes) -> None:
    assert told_beside(receipt_of(data), data) == {"file 0": OF_THE_FILE}
    for other in (b"", b"{}"):
        assert told_beside(receipt_of(other), data) == {"file 0": OF_ANOTHER}


def test_what_is_attached_to_a_pdf_lends_it_no_receipt() -> None:
    attached = json.dumps(signed(badge())).encode()
    told = told_beside(receipt_of(attached), pdf_with(attached))
    assert told["receipt"] == ("format.file_missing", "indeterminate")
    assert len(told) == 2
    nested = zipped(a=zipped(b=b"c"))
    assert told_beside(receipt_of(b""), nested, b"other")["receipt"] == ("format.file_missing", "indeterminate")


def test_a_receipt_of_a_credentials_bytes_takes_no_verdict_away() -> None:
    altered = json.dumps(changed(anchored(signed(badge())))).encode()
    told = told_in_order(receipt_of(altered), altered, b"other")
    assert told[:2] == [("file 0", OF_THE_FILE), ("file 0", ("format.credential", "invalid"))]


@pytest.mark.parametrize("carrier", [pdf_with, lambda data: bake_svg(badge_svg("Doctor", "University"), data)])
def test_a_receipt_inside_of_something_that_people_look_at_vouches_for_nothing(
    carrier: Callable[[bytes], bytes],
) -> None:
    own = b"the file that the receipt is of"
    told = told_beside(carrier(receipt_of(own)), own)
    assert told["receipt"] == ("format.not_a_credential", "invalid")
    assert len(told) == 2


def test_an_endorsement_is_no_skill_of_anybody_in_a_brief_answer_or_a_table() -> None:
    profile: Any = {"id": DID, "type": ["Profile"], "name": "Example University"}
    endorsed = "https://other.example/achievements/7"
    document = signed(
        endorsement(profile, endorsed, endorsement_id="urn:uuid:1", name="Doctor", valid_from=ANCHORED_AT)
    )
    trust = Trust((DEPLOYMENT,), (KNOWN,))
    verifier = Verifier(trust, lambda _: Registry(), clock=lambda: NOW)
    entries = Entries([Given(json.dumps(document).encode(), "e.json")])
    checked = check_opened(entries, verifier.verify_in_turn, trust=trust)
    words = wording("en")
    facts: Any = brief(checked[0], words)["facts"]
    assert [(fact["name"], fact["value"]) for fact in facts[:2]] == [("Endorsement", "Doctor"), ("Endorses", endorsed)]
    table = str(TableWriter(ResultWriter(words, {})).table(checked * 2))
    assert "Doctor" not in table
    assert f"Endorses <bdi>{endorsed}</bdi>" in table


def codes_of(checked: Sequence[Checked]) -> list[tuple[str, str]]:
    return [(entry.report.checks[0].code, entry.report.verdict.value) for entry in checked]


INTERNAL = ("internal.error", "indeterminate")


def test_a_file_that_can_not_be_shown_is_a_result_of_its_own_and_its_neighbours_are_shown() -> None:
    broken: Any = None

    def verify(files: Iterable[SubmittedFile]) -> list[Report]:
        good, _, other = verdicts(files)
        return [good, replace(good, checks=broken), other]

    told = codes_of(check([Given(as_bytes())] * 3, verify))
    assert told == [("format.credential", "valid"), INTERNAL, ("format.credential", "valid")]


def test_a_fault_in_taking_out_one_member_or_reading_a_code_is_its_own_result() -> None:
    class Broken(Budget):
        def spend(self, work: Work, amount: int = 1) -> None:
            if amount >= 100:
                raise ZeroDivisionError

    archive = zipped(a=as_bytes(), b=as_bytes() + b" " * 100 * 1_024, c=as_bytes())
    entries = Entries([Given(archive, "x.zip")], budget=Broken({}))
    told = codes_of(check_opened(entries, verdicts))
    assert [code for code, _ in told] == ["format.credential", "internal.error", "format.credential"]

    def read_code(_: bytes) -> str | None:
        raise ZeroDivisionError

    picture = Given(b"\xff\xd8\xff" + b"x" * 100, "a.jpg")
    assert codes_of(check_opened(Entries([picture]), verdicts, read_code=read_code)) == [INTERNAL]


def test_a_file_whose_result_can_not_be_written_spoils_no_other() -> None:
    good = check([Given(as_bytes())], verdicts)[0]
    network: Any = 5
    bad = replace(good, report=replace(good.report, network=network))
    desk: Any = SimpleNamespace(sealer=None, clock=lambda: datetime(2026, 5, 1, tzinfo=UTC), explorers={})
    with pytest.raises(Exception, match=r"int"):
        _result("en", (bad,), desk)
    _, one = _result_or_incidents("en", (bad,), desk)
    assert "internal.error" in str(one)
    title, _ = _result_or_incidents("en", (good, bad, good), desk)
    assert "3" in title
