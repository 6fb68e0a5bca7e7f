"""What a succession writes, what it refuses, and that others understand the link."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from credroot.chain.registry.deployment import Deployment
from credroot.core.errors import CredrootError, InputError
from credroot.core.values import Address, ChainId, Digest, Root
from credroot.credential.badge.schema import official_validator, schema_problems
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.w3c.structure import credential_problems
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.withdrawal.corrections import corrections, roster_of
from credroot.issuer.withdrawal.selection import Target, parse_cell
from credroot.issuer.withdrawal.succession import (
    SUCCESSION_FILE,
    Kind,
    Predecessor,
    Succession,
    read_succession,
    successors,
)
from credroot.roster.people import Entry
from credroot.roster.roster import read_roster
from tests.credential.document.badges import built
from tests.credential.standards import standards_folder

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "schemas/ob/v3p0/ob_v3p0_achievementcredential_schema.json"
ISSUER = Address(b"i" * 20)
DEPLOYMENT = Deployment("test", ChainId(31337), ISSUER, Digest(b"c" * 32), 1, Digest(b"t" * 32), ISSUER)
JANE = Entry(2, "Jane Do", "jane@example.org", "", date(2026, 5, 4), None, "", (), "")
MAX = Entry(
    3, "Max 'Power'", "max@example.org", "did:key:z6Mk", date(2026, 5, 4), date(2027, 1, 1), "72", (), "-1 \n=x"
)


def old(row: int) -> Predecessor:
    target = Target(Root(Digest(b"r" * 32)), row, f"urn:uuid:00000000-0000-4000-8000-00000000000{row}", "spring", row)
    return Predecessor(row, target, Digest(bytes([row]) * 32), date(2025, 5, 4))


SUCCESSION = Succession(Kind.REISSUE, (old(2), old(3)), reason=2, signer="keystore://hot", revoker="keystore://cold")


def test_a_succession_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path / "spring-reissue-1")
    assert read_succession(folder) is None
    folder.path.mkdir()
    for whole, cost in ((False, None), (True, 10**30)):
        written = replace(SUCCESSION, is_whole_batch=whole, max_cost_wei=cost)
        (folder.path / SUCCESSION_FILE).write_bytes(written.to_bytes())
        assert read_succession(folder) == written
    assert successors(tmp_path, Kind.REISSUE) == dict.fromkeys((old(2).target.id, old(3).target.id), folder.name)
    assert successors(tmp_path, Kind.RENEWAL) == {}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": "credroot/succession/v2"}', SUCCESSION.to_bytes()[:-9]]
)
def test_a_damaged_succession_is_told_and_not_taken_for_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SUCCESSION_FILE).write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_succession(BatchFolder(tmp_path))
    assert refused.value.code == "succession.file"


def test_the_old_ones_are_revoked_in_one_transaction_and_a_renewal_revokes_none() -> None:
    (by_words,) = SUCCESSION.intents(DEPLOYMENT, ISSUER)
    (whole,) = replace(SUCCESSION, is_whole_batch=True).intents(DEPLOYMENT, ISSUER)
    assert (by_words.label[:8], whole.label[:16]) == ("revoke 2", "revoke the whole")
    assert SUCCESSION.intents(DEPLOYMENT, ISSUER) == (by_words,)
    assert replace(SUCCESSION, kind=Kind.RENEWAL).intents(DEPLOYMENT, ISSUER) == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_the_link_is_one_that_the_official_schema_and_the_vc_data_model_take(kind: Kind) -> None:
    document = built(additions=replace(SUCCESSION, kind=kind).additions()[2])
    assert schema_problems(document) == ()
    schema = standards_folder().joinpath(SCHEMA).read_bytes()
    assert official_validator("AchievementCredential", schema).problems(document) == ()
    assert [problem for problem in credential_problems(document) if problem.code == "vc.related_resource"] == []
    # Every member of the link is in what is hashed and signed.
    lines = default_canonicalizer().canonical_form(document).nquads.decode()
    for word in ("relatedResource", "digestMultibase", "encodingFormat", "schema.org/description"):
        assert word in lines


def test_the_digest_in_the_link_is_read_by_others() -> None:
    (link,) = SUCCESSION.additions()[2]["relatedResource"]
    text = link["digestMultibase"]
    # Multibase table: u is base64url without padding. Multicodec table: 0x12 is sha2-256, then the length.
    assert text[0] == "u"
    assert base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)) == bytes([0x12, 32]) + old(2).digest


def test_a_corrected_copy_must_have_the_same_people_on_the_same_rows(tmp_path: Path) -> None:
    people = {JANE.row: JANE, MAX.row: MAX}
    copy = tmp_path / "corrected.csv"
    for entries, code in (
        ([replace(JANE, name="Jane Doe"), MAX], ""),
        ([replace(JANE, email="jane.doe@example.org"), MAX], ""),
        ([JANE], "succession.rows"),
        ([MAX, JANE], "succession.rows"),
        ([replace(JANE, name="John Roe", email="john@example.org"), MAX], "succession.rows"),
    ):
        copy.write_bytes(roster_of(entries))
        if code:
            with pytest.raises(InputError) as refused:
                corrections(people, copy, ())
            assert refused.value.code == code
        else:
            assert [bool(one.changes) for one in corrections(people, copy, ())] == [True, False]


def test_a_cell_is_set_for_everybody_named_and_all_that_differs_is_told() -> None:
    (one,) = corrections({JANE.row: JANE}, None, [parse_cell("expires_on=2028-12-31"), parse_cell("result=81")])
    assert one.changes == {"expires_on": ("", "2028-12-31"), "result": ("", "81")}


def test_a_roster_that_we_write_reads_as_the_same_people() -> None:
    again = read_roster(io.BytesIO(roster_of([JANE, MAX])))
    assert (again.errors, list(again.entries())) == (0, [JANE, MAX])


def test_one_person_twice_can_not_be_reissued() -> None:
    with pytest.raises(CredrootError) as refused:
        roster_of([JANE, replace(JANE, row=9)])
    assert refused.value.code == "roster.errors"
