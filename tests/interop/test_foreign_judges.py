"""What Credroot issues holds before other people's verifiers, and what they issue holds before Credroot."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from credroot.credential.keys.did import did_document, did_key, did_key_method, key_of_did_key
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import sign, verify_proofs
from tests.credential.sample_badge import sample_badge
from tests.interop.judges import ask

pytestmark = pytest.mark.node

NOW = "2026-06-01T00:00:00Z"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
SEED = b"TEST KEY, and nothing else at al"
TEST_KEY = SigningKey(SEED)
DID_KEY = did_key(TEST_KEY.multikey)
DID_WEB = "did:web:registrar.example.edu"
VERIFIERS = ("digitalbazaar-verify", "verifier-core")
ANCHOR = {
    "type": "DataIntegrityProof",
    "cryptosuite": "merkle-registry-2026",
    "proofPurpose": "assertionMethod",
    "verificationMethod": "did:pkh:eip155:137:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed#blockchainAccountId",
    "created": "2026-01-01T00:00:00Z",
    "nonce": "uAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "proofValue": "uogA",
}
TEXTS = (
    "plain",
    'quote " and \\ and\nline',
    "日本語 العربية עברית",
    "𝄞 astral",
    "",
    "<b>&amp;</b>",
    "\u2028\u0085\xa0",
)


def badge(issuer: str, **changes: Any) -> dict[str, Any]:
    """Give a badge without status and schema, which the judges would fetch."""
    document = {**sample_badge(), **changes}
    document["issuer"] = {**document["issuer"], "id": issuer}
    document["validFrom"] = "2025-01-01T00:00:00Z"  # one judge goes by its own clock
    for member in ("credentialStatus", "credentialSchema"):
        document.pop(member)
    return document


def signed(document: dict[str, Any], method: str = did_key_method(TEST_KEY.multikey)) -> dict[str, Any]:
    """Sign as the issuer does, with an anchor proof behind."""
    with_anchor = {**document, "proof": [ANCHOR]}
    return sign(with_anchor, TEST_KEY, verification_method=method, created=CREATED)


def verdicts(credentials: list[dict[str, Any]], documents: dict[str, Any] | None = None) -> dict[str, list[bool]]:
    """Give each verifier's verdict on each credential."""
    requests = [{"judge": judge, "credential": each, "now": NOW} for judge in VERIFIERS for each in credentials]
    answers = [answer["verified"] for answer in ask(requests, documents)]
    return {judge: answers[i * len(credentials) : (i + 1) * len(credentials)] for i, judge in enumerate(VERIFIERS)}


def changed(credential: dict[str, Any]) -> list[dict[str, Any]]:
    """Give copies of a credential with one thing changed."""
    copies = [copy.deepcopy(credential) for _ in range(5)]
    copies[0]["name"] = "Another"
    copies[1]["credentialSubject"]["achievement"]["criteria"]["narrative"] += "."
    copies[2]["credentialSubject"]["result"][0]["value"] = "88"
    copies[3]["evidence"] = []
    value = copies[4]["proof"][0]["proofValue"]
    copies[4]["proof"][0]["proofValue"] = value[:-1] + ("2" if value[-1] != "2" else "3")
    return copies


def test_both_foreign_verifiers_accept_what_credroot_signs_and_refuse_it_after_one_change():
    credential = signed(badge(DID_KEY))
    for verdict in verdicts([credential, *changed(credential)]).values():
        assert verdict == [True] + [False] * 5


def test_both_foreign_verifiers_read_the_did_web_document_that_credroot_writes():
    account = "eip155:137:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    document = did_document(DID_WEB, TEST_KEY.multikey, account=account)
    documents = {DID_WEB: document, "https://registrar.example.edu/.well-known/did.json": document}
    credential = signed(badge(DID_WEB), f"{DID_WEB}#key-1")
    for verdict in verdicts([credential, *changed(credential)], documents).values():
        assert verdict == [True] + [False] * 5


def test_texts_of_every_kind_are_hashed_alike_by_the_foreign_verifiers():
    credentials = [signed(badge(DID_KEY, name=text, description=text + "!")) for text in TEXTS]
    for verdict in verdicts(credentials).values():
        assert verdict == [True] * len(TEXTS)


def _verified_by_us(credential: dict[str, Any]) -> list[str]:
    return [result.code for result in verify_proofs(credential, key_of_did_key, now=datetime(2026, 6, 1, tzinfo=UTC))]


@pytest.mark.parametrize("judge", ["digitalbazaar-issue", "ed25519-2020-issue"])
def test_credroot_accepts_what_others_sign_and_refuses_it_after_one_change(judge):
    document = badge(DID_KEY)
    if judge == "ed25519-2020-issue":
        document["@context"] = [*document["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"]
    documents = [{**document, "name": text} for text in TEXTS]
    requests = [{"judge": judge, "credential": each, "seed": SEED.hex(), "controller": DID_KEY} for each in documents]
    for answer in ask(requests):
        credential = answer["credential"]
        assert _verified_by_us(credential) == ["proof.verified"]
        proof = credential["proof"]
        for other in changed({**credential, "proof": proof if isinstance(proof, list) else [proof]}):
            assert _verified_by_us(other) == ["proof.signature_wrong"]
