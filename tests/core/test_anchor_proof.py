from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.anchor.proof import (
    AnchorClaim,
    AnchorOptions,
    anchor_options,
    attach,
    decode_proof_value,
    encode_proof_value,
    encode_proof_values,
    leaf_of,
    read_options,
    split_proofs,
)
from credroot.core.errors import InputError, ProofError
from credroot.core.text.multibase import decode_base64url
from credroot.core.tree.merkle import InclusionProof, MerkleTree, path_length, root_from_proof
from credroot.core.values import Address, ChainId, Digest, Leaf, Root
from tests.core.vector_maker import all_vectors
from tests.core.vectors import vectors

METHOD = "did:web:example.org#account"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_the_vector_files_are_what_their_maker_writes() -> None:
    written = all_vectors()
    kinds = {path.parent for path in written}
    assert {path for kind in kinds for path in kind.glob("*.json")} == written.keys()
    assert all(path.read_text("utf-8") == text for path, text in written.items())


@pytest.mark.parametrize("vector", vectors("proof"))
def test_a_proof_value_is_read_or_refused_as_its_vector_says(vector: dict[str, Any]) -> None:
    if not vector["valid"]:
        with pytest.raises(ProofError) as caught:
            decode_proof_value(vector["proofValue"])
        assert caught.value.code == vector["code"]
        return
    expected = vector["claim"]
    claim = decode_proof_value(vector["proofValue"])
    assert encode_proof_value(claim) == vector["proofValue"]
    assert claim == AnchorClaim(
        chain_id=ChainId(expected["chainId"]),
        registry=Address.from_hex(expected["registry"]),
        issuer=Address.from_hex(expected["issuer"]),
        root=Root(Digest.from_hex(expected["root"])),
        proof=InclusionProof(expected["index"], expected["leafCount"], tuple(map(Digest.from_hex, expected["path"]))),
    )


@pytest.mark.parametrize("vector", vectors("credential-leaf"))
def test_a_credential_leads_to_its_root_or_not_as_its_vector_says(vector: dict[str, Any]) -> None:
    before = json.dumps(vector["document"])
    assert judge(vector) == (None if vector["valid"] else vector["code"])
    assert json.dumps(vector["document"]) == before


def judge(vector: dict[str, Any]) -> str | None:
    """Follow the first anchor proof, and give the reason against it."""
    try:
        _, anchors = split_proofs(vector["document"])
        if not anchors:
            return "no.anchor"
        read_options(anchors[0])
        claim = decode_proof_value(str(anchors[0]["proofValue"]))
    except InputError as error:
        return error.code
    leaf = leaf_of(anchors[0], vector["document"])
    assert str(claim.root) == vector["root"]
    return None if root_from_proof(leaf, claim.proof) == claim.root else "root.differs"


def a_claim(chain: int, addresses: bytes, root: bytes, index: int, more: int, filling: bytes) -> AnchorClaim:
    count = min(index + more, 2**32 - 1)
    path = (Digest(filling),) * path_length(index, count)
    registry, issuer = Address(addresses[:20]), Address(addresses[20:])
    return AnchorClaim(ChainId(chain), registry, issuer, Root(Digest(root)), InclusionProof(index, count, path))


CLAIMS = st.builds(
    a_claim,
    st.integers(1, ChainId.MAX),
    st.binary(min_size=40, max_size=40),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 300) | st.integers(0, 2**32 - 2),
    st.just(1) | st.integers(1, 300),
    st.binary(min_size=32, max_size=32),
)


@given(CLAIMS)
def test_a_claim_is_written_as_another_cbor_package_writes_it_and_read_back(claim: AnchorClaim) -> None:
    proof = claim.proof
    text = encode_proof_value(claim)
    plain = {0: 1, 1: int(claim.chain_id), 2: bytes(claim.registry), 3: bytes(claim.issuer), 4: bytes(claim.root)}
    plain |= {5: proof.index, 6: proof.leaf_count, 7: b"".join(proof.path)}
    assert decode_base64url(text) == cbor2.dumps(plain, canonical=True)
    assert decode_proof_value(text) == claim


@given(CLAIMS, st.data())
def test_one_changed_letter_is_another_claim_or_none(claim: AnchorClaim, data: st.DataObject) -> None:
    text = encode_proof_value(claim)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189-_=+/ \n"))
    try:
        read = decode_proof_value(text[:at] + letter + text[at + 1 :])
    except ProofError:
        return
    assert (read == claim) == (letter == text[at])


def test_the_proof_values_of_a_batch_are_those_of_its_claims() -> None:
    tree = MerkleTree([Leaf(Digest.sha256(bytes((number,)))) for number in range(21)])
    chain, registry, issuer = ChainId(10), Address(b"r" * 20), Address(b"i" * 20)
    texts = list(encode_proof_values(chain_id=chain, registry=registry, issuer=issuer, tree=tree))
    claims = [AnchorClaim(chain, registry, issuer, tree.root, tree.proof(index)) for index in range(21)]
    assert texts == [encode_proof_value(claim) for claim in claims]
    assert [decode_proof_value(text) for text in texts] == claims


def test_the_leaf_of_a_document_is_the_same_before_and_after_the_proof_is_attached() -> None:
    options = anchor_options(verification_method=METHOD, created=NOON, nonce=bytes(32))
    for other in ([], {"type": "Other"}, [{"type": "Other"}], [{"type": "Other"}, {"type": "Third"}]):
        document: dict[str, Any] = {"a": [1, "é"], "proof": other}
        attached = attach(document, options, "uAAAA")
        anchor = attached["proof"][-1]  # type: ignore[call-overload, index]
        assert anchor == {**options, "proofValue": "uAAAA"}
        assert leaf_of(options, document) == leaf_of(anchor, attached)  # type: ignore[arg-type]
        assert split_proofs(attached)[0] == split_proofs(document)[0]
    assert split_proofs({"a": 1}) == ({"a": 1}, ())
    assert attach({"a": 1}, options, "u") == {"a": 1, "proof": [{**options, "proofValue": "u"}]}


def test_options_are_read_as_they_were_made() -> None:
    options = anchor_options(verification_method=METHOD, created=NOON, nonce=bytes(range(32)))
    expected = AnchorOptions(verification_method=METHOD, created=NOON, nonce=bytes(range(32)))
    assert read_options(options) == read_options({**options, "proofValue": "u"}) == expected


def test_a_nonce_of_another_length_or_a_naive_time_makes_no_options() -> None:
    for nonce, created in [(bytes(31), NOON), (bytes(33), NOON), (bytes(32), NOON.replace(tzinfo=None))]:
        with pytest.raises(InputError):
            anchor_options(verification_method=METHOD, created=created, nonce=nonce)


def test_what_has_no_canonical_form_has_no_leaf() -> None:
    with pytest.raises(InputError) as caught:
        leaf_of({}, {"a": float("nan")})
    assert caught.value.code == "jcs.value"
