"""What somebody asks about a file is answered or refused, and never passed over."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from credroot.app.api.verdicts.reading import read_item
from credroot.core.anchor.proof_value import AnchorClaim
from credroot.core.anchor.receipt import FileFacts, Receipt, leaf_of_file
from credroot.core.budget import Budget
from credroot.core.report import Verdict
from credroot.core.tree.merkle import MerkleTree
from credroot.core.values import Digest
from credroot.verifier.subject import Malformed, SubmittedFile, subject_of
from credroot.verifier.trust import Trust, TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    CHAIN,
    DEPLOYMENT,
    KNOWN,
    KNOWN_BY_NAME,
    NOW,
    Registry,
    Verifier,
    anchored,
    badge,
    codes,
    jwt,
    jwt_badge,
    signed,
)

FORGED = Digest.sha256(b"a forged contract")


@pytest.mark.parametrize(
    ("genuine", "issuer"),
    [(json.dumps(anchored(signed(badge()))).encode(), KNOWN), (jwt(jwt_badge()).encode(), KNOWN_BY_NAME)],
    ids=["JSON", "JWT"],
)
def test_a_credential_in_a_receipts_place_vouches_for_no_file(genuine: bytes, issuer: TrustedIssuer):
    verifier = Verifier(Trust((DEPLOYMENT,), (issuer,)), lambda _: Registry(), clock=lambda: NOW)
    alone, beside = verifier.verify_many([SubmittedFile(genuine), SubmittedFile(genuine, FORGED)])
    assert alone.verdict is Verdict.VALID
    assert (beside.verdict, codes(beside)["format"]) == (Verdict.INVALID, "format.not_a_receipt")


def test_whoever_reads_a_document_with_a_digest_gets_a_receipt_or_a_refusal():
    subject = subject_of(anchored(signed(badge())), Trust((DEPLOYMENT,), (KNOWN,)), file_digest=FORGED)
    assert isinstance(subject, Malformed)


@pytest.mark.parametrize("digest", [FORGED.hex(), None])
def test_over_http_only_a_receipt_stands_where_one_is_sent(digest: str | None):
    item = {"receipt": anchored(signed(badge())), **({} if digest is None else {"sha256": digest})}
    subject = read_item(item, Trust((DEPLOYMENT,), (KNOWN,)), Budget())
    assert isinstance(subject, Malformed)
    assert subject.code == "format.not_a_receipt"


def receipt_of(file: bytes) -> bytes:
    facts = FileFacts(Digest.sha256(file), bytes(32))
    tree = MerkleTree([leaf_of_file(facts)])
    claim = AnchorClaim(CHAIN, DEPLOYMENT.address, ACCOUNT.address, tree.root, tree.proof(0))
    return json.dumps(Receipt(facts, claim).to_json()).encode()


def test_a_receipt_of_an_account_that_several_issuers_share_names_them_all():
    sharing = replace(KNOWN, did="did:web:other.example", name="Other College", source="a register")
    verifier = Verifier(Trust((DEPLOYMENT,), (KNOWN, sharing)), lambda _: Registry(leaf_count=1), clock=lambda: NOW)
    report = verifier.verify(receipt_of(b"a file"), file_digest=Digest.sha256(b"a file"))
    told = report.check("issuer").details
    assert report.verdict is Verdict.VALID
    assert (told["name"], "id" in told) == (f"{KNOWN.name} or Other College", False)
    alone = Verifier(Trust((DEPLOYMENT,), (KNOWN,)), lambda _: Registry(leaf_count=1), clock=lambda: NOW)
    told = alone.verify(receipt_of(b"a file"), file_digest=Digest.sha256(b"a file")).check("issuer").details
    assert (told["name"], told["id"]) == (KNOWN.name, KNOWN.did)
