from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.text.multibase import encode_base58btc
from credroot.credential.keys.did import did_key_method, key_of_did_key
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import (
    MAX_PROOFS,
    ProofOutcome,
    ProofResult,
    proofs_of,
    sign,
    verify_proofs,
    without_proofs,
)
from credroot.credential.proof.suites.suite import hash_data
from credroot.credential.rdf.shapes.cache import default_shape_cache
from tests.counted import at_most
from tests.credential.sample_badge import sample_badge

TEST_KEY = SigningKey(b"TEST KEY, and nothing else at al")
METHOD = did_key_method(TEST_KEY.multikey)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MOST_CALLS = 1_500_000  # that a refusal takes, a fourth of a second of work when nobody counts


def signed_badge() -> dict[str, Any]:
    return sign(sample_badge(), TEST_KEY, verification_method=METHOD, created=CREATED)


def verify(document: dict[str, Any], **options: Any) -> tuple[ProofResult, ...]:
    return verify_proofs(document, key_of_did_key, **{"now": NOW, **options})


def codes(document: dict[str, Any], **options: Any) -> list[str]:
    return [result.code for result in verify(document, **options)]


def with_proof(**members: Any) -> dict[str, Any]:
    """Give a signed badge with members of its proof changed, or dropped where None."""
    badge = signed_badge()
    badge["proof"][0].update(members)
    badge["proof"][0] = {name: value for name, value in badge["proof"][0].items() if value is not None}
    return badge


def resigned(
    options: dict[str, Any], document: dict[str, Any] | None = None, key: SigningKey = TEST_KEY
) -> dict[str, Any]:
    """Give a badge whose eddsa-rdfc-2022 proof has other options, and a right signature over them."""
    document = document or sample_badge()
    rdfc = default_shape_cache().canonical_form
    full = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        **options,
    }
    message = hash_data(
        KeyType.ED25519,
        options=rdfc({**full, "@context": document["@context"]}).nquads,
        document=rdfc(without_proofs(document)).nquads,
    )
    return {**document, "proof": {**full, "proofValue": encode_base58btc(key.sign(message))}}


def test_a_signed_badge_is_verified_and_says_by_which_key():
    (result,) = verify(signed_badge())
    assert result.outcome is ProofOutcome.VERIFIED
    assert (result.suite, result.verification_method, result.created) == ("eddsa-rdfc-2022", METHOD, CREATED)
    assert result.key == TEST_KEY.multikey


def test_signing_changes_nothing_but_the_proof_and_leaves_its_argument_alone():
    badge = sample_badge()
    before = copy.deepcopy(badge)
    signed = sign(badge, TEST_KEY, verification_method=METHOD, created=CREATED)
    assert badge == before
    assert without_proofs(signed) == badge
    assert signed == sign(badge, TEST_KEY, verification_method=METHOD, created=CREATED)


def test_the_new_proof_is_first_and_the_others_stay():
    anchor = {"type": "DataIntegrityProof", "cryptosuite": "merkle-registry-2026"}
    signed = sign({**sample_badge(), "proof": anchor}, TEST_KEY, verification_method=METHOD, created=CREATED)
    assert [proof["cryptosuite"] for proof in proofs_of(signed)] == ["eddsa-rdfc-2022", "merkle-registry-2026"]


def test_an_anchor_proof_is_judged_elsewhere_and_changes_nothing_here():
    badge = signed_badge()
    badge["proof"].append({"type": "DataIntegrityProof", "cryptosuite": "merkle-registry-2026", "proofValue": "u"})
    assert codes(badge) == ["proof.verified"]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_change_of_any_value_leaves_the_signature_good(data):
    badge = signed_badge()
    node: Any = badge
    while True:
        place = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[place], (dict, list)):
            break
        node = node[place]
    node[place] = data.draw(
        st.sampled_from(["x", "urn:x", "", None, 7, False, [], {}]).filter(lambda v: v != node[place])
    )
    assert ProofOutcome.VERIFIED not in {result.outcome for result in verify(badge)}


@pytest.mark.parametrize("character", range(0, 88, 7))
def test_no_change_of_the_signature_itself_is_accepted(character):
    value = signed_badge()["proof"][0]["proofValue"]
    other = "2" if value[character] != "2" else "3"
    assert codes(with_proof(proofValue=value[:character] + other + value[character + 1 :]))[0] in (
        "proof.signature_wrong",
        "proof.malformed",
        "multibase.malformed",
    )


def test_a_signature_with_a_scalar_that_is_not_reduced_is_refused():
    from credroot.core.text.multibase import decode_base58btc

    order = 2**252 + 27742317777372353535851937790883648493
    signature = decode_base58btc(signed_badge()["proof"][0]["proofValue"])
    raised = int.from_bytes(signature[32:], "little") + order
    twin = encode_base58btc(signature[:32] + raised.to_bytes(32, "little"))
    assert codes(with_proof(proofValue=twin)) == ["proof.signature_wrong"]


def test_a_key_of_small_order_vouches_for_nothing():
    identity = Multikey(KeyType.ED25519, (1).to_bytes(32, "little"))
    forged = with_proof(proofValue=encode_base58btc((1).to_bytes(32, "little") + bytes(32)))
    (result,) = verify_proofs(forged, lambda _: identity, now=NOW)
    assert result.code == "proof.signature_wrong"


def test_another_purpose_than_asked_for_is_refused():
    badge = resigned({"created": "2026-01-01T00:00:00Z", "proofPurpose": "authentication"})
    assert codes(badge) == ["proof.purpose"]
    assert codes(badge, proof_purpose="authentication") == ["proof.verified"]


def test_a_proof_is_judged_by_the_clock_that_is_handed_in():
    late = resigned({"created": "2026-01-01T00:00:00Z", "expires": "2026-02-01T00:00:00Z"})
    assert codes(late, now=datetime(2026, 1, 31, tzinfo=UTC)) == ["proof.verified"]
    assert codes(late, now=datetime(2026, 2, 1, tzinfo=UTC)) == ["proof.expired"]
    assert codes(late, now=datetime(2025, 12, 31, tzinfo=UTC)) == ["proof.created_in_future"]
    assert codes(late, now=datetime(2026, 1, 1, tzinfo=UTC) - timedelta(minutes=4)) == ["proof.verified"]


def test_a_proof_needs_no_time_but_a_given_one_must_be_a_time():
    assert codes(resigned({})) == ["proof.verified"]
    assert codes(with_proof(created="yesterday")) == ["proof.time_malformed"]
    assert codes(with_proof(created="2026-01-01T00:00:00")) == ["proof.time_malformed"]
    assert codes(with_proof(created=1)) == ["proof.malformed"]


def test_a_challenge_and_a_domain_are_demanded_where_they_are_given():
    badge = resigned({"challenge": "abc", "domain": "https://verifier.example"})
    assert codes(badge, challenge="abc", domain="https://verifier.example") == ["proof.verified"]
    assert codes(badge, challenge="abd") == ["proof.challenge"]
    assert codes(resigned({}), domain="https://verifier.example") == ["proof.domain"]


def test_a_suite_that_nobody_knows_is_unsupported_and_not_a_forgery():
    for members in ({"cryptosuite": "bbs-2023"}, {"type": "RsaSignature2018"}, {"cryptosuite": None}, {"type": None}):
        (result,) = verify(with_proof(**members))
        assert (result.outcome, result.code) == (ProofOutcome.UNSUPPORTED, "proof.suite_unsupported")


def test_a_key_that_nobody_knows_is_unknown_and_not_a_forgery():
    (result,) = verify_proofs(signed_badge(), lambda _: None, now=NOW)
    assert (result.outcome, result.code) == (ProofOutcome.KEY_UNKNOWN, "proof.key_unknown")
    (result,) = verify(with_proof(verificationMethod="did:example:1#k"))
    assert result.code == "proof.key_unknown"


def test_another_key_is_a_forgery():
    other = SigningKey(b"TEST KEY, but one of another man").multikey
    (result,) = verify_proofs(signed_badge(), lambda _: other, now=NOW)
    assert (result.outcome, result.code) == (ProofOutcome.FAILED, "proof.signature_wrong")


@pytest.mark.parametrize(
    "members",
    [
        {"proofValue": None},
        {"proofValue": ""},
        {"proofValue": "u" + "A" * 80},
        {"proofValue": "z" + "2" * 100_000},
        {"proofValue": ["z2"]},
        {"verificationMethod": None},
        {"verificationMethod": {"id": METHOD}},
        {"proofPurpose": None},
        {"previousProof": {}},
        {"previousProof": []},
        {"nonce": {"a": "b"}},
        {"nonce": ["x"] * 33},
        {"extra": [[]]},
    ],
)
def test_a_malformed_proof_is_refused_by_name(members):
    (result,) = verify(with_proof(**members))
    assert result.outcome is ProofOutcome.FAILED
    assert result.code in ("proof.malformed", "proof.signature_wrong")


def test_a_member_of_the_proof_that_no_context_defines_is_refused():
    assert codes(with_proof(trusted="yes")) == ["rdfc.undefined_term"]


def test_a_member_added_to_the_document_is_refused_whether_it_is_defined_or_not():
    assert codes({**signed_badge(), "audited": "yes"}) == ["rdfc.undefined_term"]
    assert codes({**signed_badge(), "description": "Better"}) == ["proof.signature_wrong"]


def test_a_document_without_proof_has_no_results():
    assert verify(sample_badge()) == ()


@pytest.mark.parametrize("proof", ["z", 1, [1], ["z"], [[]]])
def test_a_proof_that_is_no_object_is_refused(proof):
    with pytest.raises(InputError) as refusal:
        verify({**sample_badge(), "proof": proof})
    assert refusal.value.code == "proof.malformed"


def test_a_hundred_thousand_proofs_are_refused_at_once():
    badge = signed_badge()
    badge["proof"] *= 100_000
    for ask in (verify, lambda b: sign(b, TEST_KEY, verification_method=METHOD, created=CREATED)):
        with at_most(MOST_CALLS), pytest.raises(InputError) as refusal:
            ask(badge)
        assert refusal.value.code == "proof.too_many"


def test_as_many_proofs_as_are_read_cost_one_canonicalisation_of_the_document():
    badge = signed_badge()
    badge["proof"] *= MAX_PROOFS
    canonicalized = []

    def counting(document: dict[str, Any]) -> Any:
        canonicalized.append("type" in document and "VerifiableCredential" in document["type"])
        return default_shape_cache().canonical_form(document)

    assert codes(badge, canonicalize=counting) == ["proof.verified"] * MAX_PROOFS
    assert sum(canonicalized) == 1


def test_poison_under_many_proofs_is_tried_once():
    badge = signed_badge()
    badge["evidence"] = [{"type": ["Evidence"]} for _ in range(280)]
    badge["proof"] = [{**badge["proof"][0], "id": f"urn:p:{i}"} for i in range(MAX_PROOFS)]
    for index, proof in enumerate(badge["proof"][1:]):
        proof["previousProof"] = [f"urn:p:{i}" for i in range(index + 1)]
    with at_most(2 * MOST_CALLS):
        results = verify(badge)
    assert {result.outcome for result in results} == {ProofOutcome.FAILED}


def test_a_proof_can_not_vouch_for_itself_in_a_circle():
    badge = resigned({"id": "urn:p:1", "previousProof": "urn:p:1"})
    assert codes(badge)[0] != "proof.verified"


def test_a_proof_that_is_signed_under_other_contexts_than_the_documents_is_refused():
    badge = signed_badge()
    badge["proof"][0]["@context"] = ["https://www.w3.org/2018/credentials/v1"]
    assert codes(badge) == ["proof.context_mismatch"]
    badge["proof"][0]["@context"] = badge["@context"]
    assert codes(badge) == ["proof.verified"]
    badge["proof"][0]["@context"] = badge["@context"][:1]
    assert codes(badge) == ["rdfc.undefined_term"]


def test_nothing_is_signed_that_implementations_hash_differently():
    badge = sample_badge()
    badge["evidence"] = [{"type": ["Evidence"], "name": "same"}] * 2
    for document in (badge, {**sample_badge(), "name": "a\tb"}, {**sample_badge(), "name": "𝄞 \uff21"}):
        with pytest.raises(InputError) as refusal:
            sign(document, TEST_KEY, verification_method=METHOD, created=CREATED)
        assert refusal.value.code == "rdfc.not_portable"


def test_a_verification_method_that_is_no_url_is_never_signed():
    with pytest.raises(InputError) as refusal:
        sign(sample_badge(), TEST_KEY, verification_method="key-1", created=CREATED)
    assert refusal.value.code == "rdfc.relative_iri"


def test_a_secret_shows_neither_in_words_nor_in_errors():
    assert TEST_KEY.secret_multibase not in repr(TEST_KEY)
    with pytest.raises(InputError) as refusal:
        SigningKey(b"TEST KEY")
    assert "TEST" not in str(refusal.value)


def _ecdsa_badge(suite: str, curve: ec.EllipticCurve, size: int, key_type: KeyType) -> tuple[dict[str, Any], Multikey]:
    secret = ec.derive_private_key(0xC0FFEE, curve)  # TEST KEY
    raw = secret.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key = Multikey(key_type, raw)
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": did_key_method(key),
        "proofPurpose": "assertionMethod",
        "@context": sample_badge()["@context"],
    }

    def transform(value: Any) -> bytes:
        return canonical_bytes(value) if "jcs" in suite else default_shape_cache().canonical_form(value).nquads

    message = hash_data(key_type, options=transform(options), document=transform(sample_badge()))
    digest = hashes.SHA256() if size == 32 else hashes.SHA384()
    r, s = decode_dss_signature(secret.sign(message, ec.ECDSA(digest)))
    value = encode_base58btc(r.to_bytes(size, "big") + s.to_bytes(size, "big"))
    return {**sample_badge(), "proof": {**options, "proofValue": value}}, key


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
@pytest.mark.parametrize(
    ("curve", "size", "key_type"), [(ec.SECP256R1(), 32, KeyType.P256), (ec.SECP384R1(), 48, KeyType.P384)]
)
def test_ecdsa_proofs_of_both_curves_and_both_forms_are_verified_and_bound(suite, curve, size, key_type):
    badge, key = _ecdsa_badge(suite, curve, size, key_type)
    assert codes(badge) == ["proof.verified"]
    assert codes({**badge, "name": "Another"}) == ["proof.signature_wrong"]
    shorter = {**badge, "proof": {**badge["proof"], "proofValue": badge["proof"]["proofValue"][:-4]}}
    assert codes(shorter) == ["proof.signature_wrong"]
    (result,) = verify_proofs(badge, lambda _: TEST_KEY.multikey, now=NOW)
    assert result.code == "proof.key_type"
    (result,) = verify_proofs(signed_badge(), lambda _: key, now=NOW)
    assert result.code == "proof.key_type"


def test_a_point_off_its_curve_vouches_for_nothing():
    badge, _ = _ecdsa_badge("ecdsa-jcs-2019", ec.SECP256R1(), 32, KeyType.P256)
    off_curve = Multikey(KeyType.P256, b"\x02" + b"\xff" * 32)
    (result,) = verify_proofs(badge, lambda _: off_curve, now=NOW)
    assert result.code == "proof.signature_wrong"


def test_a_jcs_proof_covers_words_that_no_context_defines():
    document = {"@context": sample_badge()["@context"], "id": "urn:x", "made": "up"}
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    message = hash_data(KeyType.ED25519, options=canonical_bytes(options), document=canonical_bytes(document))
    signed = {**document, "proof": {**options, "proofValue": encode_base58btc(TEST_KEY.sign(message))}}
    assert codes(signed) == ["proof.verified"]
    assert codes({**signed, "made": "down"}) == ["proof.signature_wrong"]


def test_a_signed_badge_reads_the_same_after_a_trip_through_json():
    assert codes(json.loads(json.dumps(signed_badge()))) == ["proof.verified"]
