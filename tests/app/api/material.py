"""Credentials and receipts that are anchored in the model of the registry. TEST KEY: the signer's seed is no secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from credroot.core.anchor.proof import AnchorClaim, anchor_options, attach, encode_proof_value, leaf_of
from credroot.core.anchor.receipt import FileFacts, Receipt, leaf_of_file
from credroot.core.tree.merkle import InclusionProof, MerkleTree
from credroot.core.values import AccountId, Address, Digest
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import sign
from tests.app.api.registry_model import CHAIN, REGISTRY, RegistryModel

TEST_KEY_SEED = b"TEST KEY of the API's tests. 32b."[:32]
ISSUER = AccountId(CHAIN, Address(b"\x11" * 20))
WHEN = datetime(2026, 6, 30, 12, tzinfo=UTC)
FILE = b"%PDF-1.7 a transcript"
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


def signing_key() -> SigningKey:
    return SigningKey(TEST_KEY_SEED)


def issuer_did() -> str:
    return f"did:key:{signing_key().multikey.text}"


def document(number: int) -> dict[str, Any]:
    return {
        "@context": CONTEXTS,
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer_did(), "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-06-30T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": f"Learner {number}", "identityType": "name"}
            ],
            "achievement": {
                "id": "https://university.example/achievements/data-analytics",
                "type": ["Achievement"],
                "name": "Data Analytics Foundations",
                "description": "Prepares, analyses and presents data sets of everyday size.",
                "criteria": {"narrative": "Passed the proctored examination."},
            },
        },
    }


def signed(number: int) -> dict[str, Any]:
    key = signing_key()
    method = f"{issuer_did()}#{key.multikey.text}"
    return dict(sign(document(number), key, verification_method=method, created=WHEN))


def anchored(model: RegistryModel, documents: list[dict[str, Any]], salt: int = 0) -> list[dict[str, Any]]:
    """Anchor documents as one batch, and give them with their proofs."""
    method = f"{ISSUER.did_pkh}#blockchainAccountId"
    options = [
        anchor_options(verification_method=method, created=WHEN, nonce=Digest.sha256(b"%d %d" % (salt, number)))
        for number in range(len(documents))
    ]
    leaves = [leaf_of(option, one) for option, one in zip(options, documents, strict=True)]
    tree = MerkleTree(leaves)
    model.anchor(ISSUER.address, tree.root, tree.leaf_count)
    return [
        attach(one, option, encode_proof_value(_claim(tree, index)))
        for index, (one, option) in enumerate(zip(documents, options, strict=True))
    ]


def receipt(model: RegistryModel) -> dict[str, Any]:
    facts = FileFacts(Digest.sha256(FILE), nonce=bytes(range(32)), media_type="application/pdf", name="transcript.pdf")
    tree = MerkleTree([leaf_of_file(facts)])
    model.anchor(ISSUER.address, tree.root, 1)
    return Receipt(facts, _claim(tree, 0)).to_json()


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def claim_of(credential: dict[str, Any]) -> AnchorClaim:
    from credroot.core.anchor.proof import decode_proof_value

    return decode_proof_value(credential["proof"][-1]["proofValue"])


def _claim(tree: MerkleTree, index: int) -> AnchorClaim:
    proof = InclusionProof(index, tree.leaf_count, tree.path(index))
    return AnchorClaim(CHAIN, REGISTRY, ISSUER.address, tree.root, proof)
