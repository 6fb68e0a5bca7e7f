"""What strangers send: each is refused by name, soon, without a fetch, without a crash, and never called valid.

Everything goes through the whole verifier, of an issuer that the list names, so that nothing but the input is wrong.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from credroot.core.report import Verdict
from credroot.core.text.multibase import encode_base64url
from credroot.credential.status.bitstring import MAX_LIST_BYTES
from credroot.credential.status.status_list import status_entry
from credroot.verifier.documents import ListCopy
from tests.counted import at_most
from tests.credential.baking.pictures import PNG, itxt, png
from tests.verifier.stage import (
    DID,
    KNOWN_BY_NAME,
    LIST_URL,
    METHOD,
    PLACE,
    Shelf,
    as_bytes,
    b64,
    badge,
    codes,
    jwt,
    jwt_badge,
    report_on,
    signed,
    status_list,
)

UNDEFINED_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
CALLS = 400_000
"""Of functions, in a verdict; an honest one takes some thousands."""
"""CPU seconds for one refusal, all libraries loaded."""
BY_NAME = (KNOWN_BY_NAME,)


def forged_proof(**changes: Any) -> dict[str, Any]:
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-04-01T00:00:00Z",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + "2" * 86,
    }
    return {**proof, **changes}


def with_proofs(count: int) -> bytes:
    return as_bytes({**badge(), "proof": [forged_proof()] * count})


def poison() -> dict[str, Any]:
    """Give a badge with 3 kB of things without a name that all look alike, under a context that takes any word."""
    chain = [{"a": {"b": [{"c": {"d": {"id": f"urn:x:{j % 2}"}}} for j in range(10)]}} for _ in range(10)]
    document = badge()
    return {**document, "@context": [*document["@context"], UNDEFINED_TERMS], "part": chain}


def signed_anyway(document: dict[str, Any]) -> bytes:
    """Put a proof of the right form on what no issuer of ours would sign."""
    return as_bytes({**document, "proof": [forged_proof()]})


def redefined() -> dict[str, Any]:
    document = badge()
    inline = {"name": "https://schema.org/alternateName"}
    return {**document, "@context": [*document["@context"], inline]}


def nested(depth: int) -> bytes:
    return b'{"type": "VerifiableCredential", "a": ' + b"[" * depth + b"]" * depth + b"}"


def two_in_one() -> bytes:
    text = as_bytes(signed(badge()))
    return png(itxt(text), itxt(text))


def huge_chunk() -> bytes:
    """Give a picture whose one chunk says that it has two gigabytes."""
    place = PNG.index(b"IDAT") - 4
    return PNG[:place] + (2**31 - 1).to_bytes(4, "big") + PNG[place + 4 :]


def rejected_svg(inside: bytes) -> bytes:
    return b'<?xml version="1.0"?>' + inside


BILLION_LAUGHS = rejected_svg(
    b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'
)


def hidden_status() -> bytes:
    """A badge whose list says revoked, its status moved to a name that says the same to RDF and nothing to JSON."""
    document = signed(badge(credentialStatus=status_entry(LIST_URL, PLACE)))
    document["https://www.w3.org/2018/credentials#credentialStatus"] = document.pop("credentialStatus")
    return as_bytes(document)


def hidden_end() -> bytes:
    """An expired badge, its end moved to the other object of its id: the subject of an endorsement inside of it."""
    document = badge()
    endorsed = {"id": document["id"], "type": ["EndorsementSubject"], "endorsementComment": "Well made."}
    endorsement = {
        "id": "urn:uuid:00000000-0000-4000-8000-00000000000e",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": document["issuer"],
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": endorsed,
    }
    ended = signed({**document, "validUntil": "2026-02-01T00:00:00Z", "endorsement": [endorsement]})
    inner = ended["endorsement"][0]["credentialSubject"]
    inner |= {"type": ["EndorsementSubject", "VerifiableCredential"], "validUntil": ended.pop("validUntil")}
    return as_bytes(ended)


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "100,000 proofs": (with_proofs(100_000), "format", "json.too_large"),
    "33 proofs": (with_proofs(33), "format", "proof.too_many"),
    "17 proofs": (with_proofs(17), "signature", "signature.malformed"),
    "blank-node poison": (signed_anyway(poison()), "signature", "signature.failed"),
    "a context that redefines a term": (signed_anyway(redefined()), "signature", "signature.failed"),
    "an inline context alone": (
        signed_anyway({**badge(), "@context": {"@vocab": "https://evil.example/"}}),
        "signature",
        "signature.failed",
    ),
    "a context that nobody pinned": (
        signed_anyway({**badge(), "@context": [*badge()["@context"], "https://evil.example/context.json"]}),
        "signature",
        "signature.failed",
    ),
    "a term that no context defines": (
        as_bytes({**signed(badge()), "gradePointAverage": "4.0"}),
        "signature",
        "signature.failed",
    ),
    "a number with an exponent": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 5e0'),
        "signature",
        "signature.failed",
    ),
    "a number with many digits": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 5.0000000000000001'),
        "signature",
        "signature.failed",
    ),
    "the number 5.0": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 5.0'),
        "signature",
        "signature.failed",
    ),
    "the number 50e-1": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 50e-1'),
        "signature",
        "signature.failed",
    ),
    "the number -0.0": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": -0.0'),
        "signature",
        "signature.failed",
    ),
    "the number 1e21": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 1e21'),
        "signature",
        "signature.failed",
    ),
    "the number 1e400": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 1e400'),
        "format",
        "json.number",
    ),
    "the number 123456789012345678901234567890": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 12345678901234567890'),
        "format",
        "json.number",
    ),
    "an integer beyond 2^53": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": 9007199254740993'),
        "format",
        "json.number",
    ),
    "not a number": (
        as_bytes(signed(badge())).replace(b'"creditsAvailable": 5', b'"creditsAvailable": NaN'),
        "format",
        "json.number",
    ),
    "two members of one name": (
        as_bytes(signed(badge())).replace(b'"name":', b'"name": "Other", "name":', 1),
        "format",
        "json.duplicate_key",
    ),
    "deep nesting": (nested(100_000), "format", "json.too_deep"),
    "two credentials in one PNG": (two_in_one(), "format", "baking.two_credentials"),
    "a PNG without a credential": (PNG, "format", "baking.no_credential"),
    "a PNG cut off": (PNG[:40], "format", "baking.png_truncated"),
    "a chunk of two gigabytes": (huge_chunk(), "format", "baking.png_truncated"),
    "an SVG that laughs": (BILLION_LAUGHS, "format", "baking.svg_entities"),
    "a JWT without a signature": (
        f"{b64(as_bytes({'alg': 'none'}))}.{b64(as_bytes(jwt_badge()))}.".encode(),
        "format",
        "jws.algorithm",
    ),
    "a JWT signed with a shared secret": (
        jwt(jwt_badge(), header={"alg": "HS256", "kid": METHOD}).encode(),
        "format",
        "jws.algorithm",
    ),
    "a JWT that names a key elsewhere": (
        jwt(jwt_badge(), header={"alg": "EdDSA", "jku": "https://evil.example/keys"}).encode(),
        "format",
        "jws.header",
    ),
    "a JWT that contradicts its credential": (
        jwt({**jwt_badge(), "iss": "did:web:harvard.example"}).encode(),
        "format",
        "jwt.claims_disagree",
    ),
    "a JWT of another's key": (
        jwt({**jwt_badge(), "iss": DID}, header={"alg": "EdDSA", "kid": "did:web:evil.example#key"}).encode(),
        "signature",
        "signature.unchecked",
    ),
    "an envelope with a page in it": (
        as_bytes({"type": "EnvelopedVerifiableCredential", "id": "data:text/html,<script>"}),
        "format",
        "format.envelope",
    ),
    "an empty file": (b"", "format", "baking.empty"),
    "noise": (bytes(range(256)) * 40, "format", "baking.unknown_file"),
    "an array": (b"[]", "format", "format.not_an_object"),
    "JSON that is no credential": (b'{"type": "Person"}', "format", "format.not_a_credential"),
    "a type that is an object": (
        as_bytes({**signed(badge()), "type": {"VerifiableCredential": 1}}),
        "format",
        "format.not_a_credential",
    ),
    "a proof that is a number": (as_bytes({**badge(), "proof": 7}), "format", "proof.malformed"),
    "a signature for another purpose": (
        as_bytes({**badge(), "proof": forged_proof(proofPurpose="authentication")}),
        "signature",
        "signature.failed",
    ),
    "a status that is hidden under its IRI": (hidden_status(), "signature", "signature.failed"),
    "an end that is hidden in another object": (hidden_end(), "signature", "signature.failed"),
    "a suite that nobody knows": (
        as_bytes({**badge(), "proof": forged_proof(cryptosuite="trust-me-2026")}),
        "signature",
        "signature.unchecked",
    ),
}

REASONS = {
    "17 proofs": "proof.too_many",
    "blank-node poison": "rdfc.too_complex",
    "a context that redefines a term": "rdfc.inline_context",
    "an inline context alone": "rdfc.inline_context",
    "a context that nobody pinned": "context.unknown",
    "a term that no context defines": "rdfc.undefined_term",
    "a number with an exponent": "rdfc.number",
    "a number with many digits": "rdfc.number",
    "the number 5.0": "rdfc.number",
    "the number 50e-1": "rdfc.number",
    "the number -0.0": "rdfc.number",
    "the number 1e21": "rdfc.number",
    "a status that is hidden under its IRI": "rdfc.undefined_term",
    "an end that is hidden in another object": "rdfc.split_node",
    "a JWT of another's key": "jwt.key_unknown",
    "a signature for another purpose": "proof.purpose",
    "a suite that nobody knows": "proof.suite_unsupported",
}
"""Why a signature was not taken, beneath the check's own code."""


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_by_name_after_little_work_and_without_a_fetch(name: str):
    data, check, code = HOSTILE[name]
    report_on(signed(badge()), issuers=BY_NAME)  # every library is loaded
    shelf = Shelf()
    with at_most(CALLS):
        report = report_on(data, issuers=BY_NAME, shelf=shelf)
    assert codes(report)[check] == code, codes(report)
    if check == "signature":
        assert report.check(check).details["reason"] == REASONS[name]
    assert report.verdict is not Verdict.VALID
    assert shelf.fetched == []
    json.dumps(report.to_json())


def test_the_stage_itself_is_valid():
    assert report_on(signed(badge()), issuers=BY_NAME).verdict is Verdict.VALID


def test_a_status_list_that_grows_too_large_is_not_unpacked_to_its_end():
    """What lies beyond the bound is damaged, so whoever unpacks it says so."""
    document = status_list()
    packed = bytearray(gzip.compress(bytes(4 * MAX_LIST_BYTES)))
    packed[len(packed) // 2] ^= 0xFF
    bare = {name: value for name, value in document.items() if name != "proof"}
    subject = {**bare["credentialSubject"], "encodedList": encode_base64url(bytes(packed))}
    shelf = Shelf(status_lists={LIST_URL: ListCopy(signed({**bare, "credentialSubject": subject}), None)})
    report = report_on(signed(badge(credentialStatus=status_entry(LIST_URL, PLACE))), issuers=BY_NAME, shelf=shelf)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")
    assert report.check("status").details["lists"][0]["reason"] == "status_list.too_large"


@pytest.mark.parametrize("place", ["credentialStatus", "evidence", "endorsement", "issuer", "credentialSubject"])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], [[]], [{}] * 200, {"id": 7}, True])
def test_a_member_of_another_kind_is_never_a_crash(place: str, value: Any):
    for document in ({**signed(badge()), place: value}, {**badge(), place: value, "proof": [forged_proof()]}):
        report = report_on(as_bytes(document), issuers=BY_NAME, recipient="jane@example.org", shelf=Shelf())
        assert report.verdict is not Verdict.VALID
    claims = {**jwt_badge(), place: value}
    assert report_on(jwt(claims).encode(), issuers=BY_NAME, recipient="jane@example.org").verdict is not Verdict.VALID
