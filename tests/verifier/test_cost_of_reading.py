"""What the parts of a hostile file cost is paid for before they are looked at: counted, not timed."""

from __future__ import annotations

import copy
import gc
import io
import weakref
import zipfile
from typing import Any

import pytest

from credroot.app.page.checking import Entries, Given, check
from credroot.core.budget import OF_ONE_FILE, Budget, BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.json import jcs
from credroot.core.json import strict as strict_json
from credroot.core.report import Outcome, Report, Verdict
from credroot.credential.baking import svg as svg_module
from credroot.credential.baking.archive import Archive
from credroot.credential.baking.pdf import extract_pdf
from credroot.credential.baking.png import SIGNATURE, chunk
from credroot.credential.proof.data_integrity import verify_proofs
from credroot.credential.proof.settled_form import ALWAYS_US, settled
from credroot.verifier.subject import Malformed, subject_of
from credroot.verifier.trust import Trust
from credroot.verifier.verifier import Verifier
from tests.verifier.costly import wrong_proof
from tests.verifier.stage import DEPLOYMENT, KNOWN, NOW, TEST_KEY, Registry, anchored, as_bytes, badge, signed

REQUEST_US = 700_000


def png(chunks: int) -> bytes:
    header = chunk(b"IHDR", (1).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0")
    return SIGNATURE + header + chunk(b"tEXt", b"") * chunks + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def svg(elements: int, inside: bytes = b"<a/>") -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + inside * elements + b"</svg>"


def pdf(objects: int) -> bytes:
    return b"%PDF-1.7\n" + b"1 0 obj 5 endobj " * objects + b"obj /Type /EmbeddedFile /Length 9 0 R stream\n"


def numbers(count: int) -> bytes:
    return as_bytes(anchored({**badge(), "extra": [float(f"{place}e22") for place in range(1, count + 1)]}))


def named_from_everywhere(count: int = 14) -> dict[str, Any]:
    """Give a badge of 3 kB whose things name two others each, so that what is written out doubles at each."""
    things = [
        {"id": f"urn:e:{place}", "evidence": [f"urn:e:{place + 1}", f"urn:e:{place + 2}"]} for place in range(count)
    ]
    return {**badge(), "evidence": things, "proof": [wrong_proof(0)]}


SMALL_AND_COSTLY: dict[str, bytes] = {
    "chunks": png(3_000),
    "elements": svg(5_000),
    "attributes": svg(1, b"<a" + b"".join(b' a%d=""' % place for place in range(5_000)) + b"/>"),
    "objects": pdf(3_000),
    "numbers": numbers(1_500),
    "values": as_bytes({**badge(), "extra": [{}] * 6_000, "proof": [wrong_proof(0)]}),
    "names": as_bytes(named_from_everywhere()),
}


def checked(data: bytes, budget: Budget) -> list[Report]:
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(), clock=lambda: NOW)
    results = check(
        Entries([Given(data, "all.zip")], budget=budget),
        lambda files: verifier.verify_many(files, budget=budget),
        budget=budget,
    )
    return [result.report for result in results]


def zipped(*members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, member in enumerate(members):
            archive.writestr(f"{place}.x", member)
    return target.getvalue()


@pytest.mark.parametrize("kind", SMALL_AND_COSTLY)
def test_a_small_zip_of_many_costly_files_is_paid_for_by_their_parts(kind: str) -> None:
    budget = Budget({}, microseconds=REQUEST_US)
    reports = checked(zipped(*[SMALL_AND_COSTLY[kind]] * 300), budget)
    assert budget.price <= REQUEST_US
    assert budget.spent[Work.PARTS] > REQUEST_US // 4
    last = reports[-1].check("format")
    assert (reports[-1].verdict, last.outcome, last.code) == (
        Verdict.INDETERMINATE,
        Outcome.UNKNOWN,
        "format.too_costly",
    )


@pytest.mark.parametrize("kind", SMALL_AND_COSTLY)
def test_nothing_of_a_file_is_looked_at_that_is_not_paid_for(kind: str) -> None:
    budget = Budget({Work.PARTS: 100})
    (report,) = checked(SMALL_AND_COSTLY[kind], budget)
    assert budget.spent.get(Work.PARTS, 0) <= 100
    form = report.check("format")
    assert (report.verdict, form.code, form.details) == (
        Verdict.INDETERMINATE,
        "format.too_costly",
        {"reason": "budget.parts"},
    )


def test_what_people_have_costs_a_small_part_of_what_a_file_may() -> None:
    transcript = badge()
    transcript["credentialSubject"]["result"] = [
        {"type": ["Result"], "resultDescription": f"urn:uuid:{place}", "value": str(place)} for place in range(100)
    ]
    designed = svg(2_000, b'<path d="M0 0L1 1" fill="#fff"/>' + b" " * 900)
    photographed = png(300)
    for data in (as_bytes(anchored(signed(badge()))), as_bytes({**transcript, "proof": [wrong_proof(0)]})):
        assert parts_of(data) < OF_ONE_FILE[Work.PARTS] // 50
    for data in (designed, photographed):
        assert parts_of(data) < OF_ONE_FILE[Work.PARTS] // 5


def parts_of(data: bytes) -> int:
    budget = Budget({})
    checked(data, budget)
    return budget.spent.get(Work.PARTS, 0)


def test_what_is_refused_for_its_cost_is_not_known_and_said_so_by_whoever_reads() -> None:
    found = subject_of(named_from_everywhere(), Trust())
    assert isinstance(found, Malformed)
    assert (found.code, found.reason, found.document) == ("format.too_costly", "budget.settling", None)
    found = subject_of(badge() | {"proof": [wrong_proof(0)]}, Trust(), budget=Budget({Work.PARTS: 1}))
    assert isinstance(found, Malformed)
    assert found.reason == "budget.parts"


def test_a_document_of_three_kilobytes_takes_no_more_to_settle_than_its_size_allows() -> None:
    budget = Budget({})
    with pytest.raises(BudgetExceeded):
        settled(named_from_everywhere(), budget)
    assert budget.price < 3 * ALWAYS_US


def test_a_picture_of_a_real_size_in_several_places_is_settled() -> None:
    picture = {"id": "data:image/png;base64," + "A" * 400_000, "type": "Image"}
    document = {**badge(), "image": picture, "proof": [wrong_proof(0)]}
    document["evidence"] = [{"id": "urn:e:1", "image": picture}, {"id": "urn:e:2"}]
    assert settled(document)["evidence"][0]["image"] == picture


def test_a_document_is_written_once_for_all_proofs_over_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    spelled = jcs._survey

    def counted(value: Any, *, is_astral: bool) -> Any:
        found = spelled(value, is_astral=is_astral)
        written.append(found.values)
        return found

    monkeypatch.setattr(jcs, "_survey", counted)
    document = {**badge(), "@context": [{f"a{place}": place * 1e22} for place in range(2_000)]}
    document["proof"] = [{**wrong_proof(place), "cryptosuite": "eddsa-jcs-2022"} for place in range(16)]
    budget = Budget()
    results = verify_proofs(document, lambda _: TEST_KEY.multikey, now=NOW, budget=budget)
    assert {result.code for result in results} == {"proof.signature_wrong"}
    assert sum(values > 2_000 for values in written) == 1
    assert budget.spent[Work.PARTS] > 3 * 1_999
    with pytest.raises(BudgetExceeded):
        verify_proofs(document, lambda _: TEST_KEY.multikey, now=NOW, budget=Budget({Work.PARTS: 5_000}))


def test_a_context_that_a_proof_repeats_is_no_other_form(monkeypatch: pytest.MonkeyPatch) -> None:
    document = copy.deepcopy(badge())
    own = document["@context"]
    document["proof"] = [
        {**wrong_proof(place), "cryptosuite": "eddsa-jcs-2022", **({"@context": own[: place + 1]} if place else {})}
        for place in range(len(own))
    ]
    budget = Budget()
    verify_proofs(document, lambda _: TEST_KEY.multikey, now=NOW, budget=budget)
    assert budget.spent[Work.FORMS] == len(own) - 1 if len(own) > 1 else 1


def test_a_parser_of_a_picture_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[weakref.ref[Any]] = []
    made = svg_module._Reader

    def noted() -> Any:
        reader = made()
        readers.append(weakref.ref(reader))
        return reader

    monkeypatch.setattr(svg_module, "_Reader", noted)
    was_on = gc.isenabled()
    gc.disable()
    try:
        for picture in (svg(10), svg(10, b"<a>"), svg(30_000)):
            with pytest.raises(InputError):
                svg_module.extract_svg(picture)
        assert [reader() for reader in readers] == [None] * 3
    finally:
        if was_on:
            gc.enable()


def test_a_directory_and_the_objects_of_a_pdf_are_paid_for_before_they_are_read() -> None:
    told: list[int] = []

    def refuse(microseconds: int) -> None:
        told.append(microseconds)
        raise BudgetExceeded("nothing left")

    with pytest.raises(BudgetExceeded):
        Archive(zipped(*[b"x"] * 500), paid=refuse)
    assert told.pop() >= 500
    with pytest.raises(BudgetExceeded):
        extract_pdf(pdf(1_000), paid=lambda microseconds: refuse(microseconds) if microseconds > 1_000 else None)
    assert told.pop() >= 1_000


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (b"1" * 25, True),
        (b"-" + b"9" * 19, True),
        (b"9" * 20, True),
        (b"1e22", False),
        (b"1E+0000000000000000000022", False),
        (b"1e-0000000000000000000022", False),
        (b"1.1111111111111111111111111e30", False),
        (b"1" * 25 + b".5", False),
        (b"1" * 25 + b"e0", False),
    ],
)
def test_an_integer_of_any_length_is_told_from_a_fraction(text: bytes, is_refused: bool) -> None:
    for data in (b"[1e300," + text + b"]", b'{"a": ["' + b"1" * 30 + b'", 1e300, ' + text + b" ]}"):
        assert (refusal_of(data) == "json.number") is is_refused


def refusal_of(data: bytes) -> str | None:
    try:
        strict_json.loads(data)
    except InputError as error:
        return error.code
    return None
