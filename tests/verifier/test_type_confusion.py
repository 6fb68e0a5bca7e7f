"""Every member of every document that a verdict rests on, replaced by every type of JSON: there is a report."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from credroot.core.errors import InputError
from credroot.core.report import Report
from credroot.core.values import Digest
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.badge.profile import ProfileKey
from credroot.credential.keys.did import did_key_method
from credroot.credential.proof.data_integrity import sign
from credroot.credential.status.status_list import status_entry
from credroot.verifier.documents import ListCopy
from credroot.verifier.trust import TrustedIssuer
from tests.core.vectors import FOLDER
from tests.verifier.confusion import mutants
from tests.verifier.stage import (
    ACCOUNT,
    DID_WEB,
    LIST_URL,
    METHOD,
    NOW,
    OTHER_DID,
    OTHER_TEST_KEY,
    PLACE,
    TEST_KEY,
    WEB_METHOD,
    Registry,
    Shelf,
    anchored,
    as_bytes,
    badge,
    jwt,
    jwt_badge,
    listed,
    profile_bytes,
    report_on,
    signed,
    status_list,
    web_document,
)

SEED = 11
EACH = 1
"""Values that are tried at each place; all of them take some minutes."""
SHARE = 0.4
"""Of the places of a credential: each of its mutants has a shape of its own, which PyLD has to read."""


def rich() -> dict[str, Any]:
    """Give an unsigned badge with everything in it that a verdict looks at."""
    document = badge(credentialStatus=status_entry(LIST_URL, PLACE))
    endorser: Any = {"id": OTHER_DID, "type": ["Profile"], "name": "Chamber"}
    praise = endorsement(endorser, "urn:uuid:7", endorsement_id="urn:uuid:1", name="n", valid_from=NOW, comment="c")
    document["endorsement"] = [signed(praise, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))]
    document["evidence"] = [{"id": "https://evidence.example", "type": ["Evidence"], "name": "x"}]
    return document


def shelf(*, lists: Any = ..., did: Any = ...) -> Shelf:
    return Shelf(
        did_documents={DID_WEB: web_document(ACCOUNT.caip10) if did is ... else did},
        status_lists={LIST_URL: ListCopy(status_list() if lists is ... else lists, None)},
    )


def told(data: bytes | dict[str, Any], **settings: Any) -> Iterator[Report]:
    """Judge under the strict policy, and under one that leaves the signature alone to vouch."""
    settings.setdefault("shelf", shelf())
    yield report_on(data, **settings)
    yield report_on(data, **settings, require_anchor=False, recipient="jane@example.org")


def of_credentials(chooser: random.Random) -> Iterator[tuple[str, Iterator[Report]]]:
    for document in (anchored(signed(rich())), signed(rich())):
        for name, mutant in mutants(document, chooser, EACH):
            if chooser.random() < SHARE:
                yield name, told(as_bytes(mutant))
    for name, mutant in mutants(rich(), chooser, EACH):
        if chooser.random() < SHARE:
            yield f"anchored afterwards: {name}", told(as_bytes(anchored(mutant)))


def of_tokens(chooser: random.Random) -> Iterator[tuple[str, Iterator[Report]]]:
    header = {"alg": "EdDSA", "kid": METHOD, "typ": "JWT"}
    inner = {"vc": badge(), "iss": badge()["issuer"]["id"], "jti": badge()["id"], "nbf": 5, "exp": 9e9, "sub": "x"}
    for claims in (jwt_badge(credentialStatus=status_entry(LIST_URL, PLACE)), inner):
        for name, mutant in mutants({"header": header, "claims": claims}, chooser, EACH):
            token = jwt(mutant.get("claims"), header=mutant.get("header", {}))
            yield name, told(token.encode())
            yield name, told({**badge(), "proof": {"type": "JwtProof2020", "jwt": token}})


def of_status_lists(chooser: random.Random) -> Iterator[tuple[str, Iterator[Report]]]:
    bare = {name: value for name, value in status_list((PLACE,)).items() if name != "proof"}
    for name, mutant in mutants(status_list((PLACE,)), chooser, EACH):
        yield name, told(listed(), shelf=shelf(lists=mutant))
    for name, mutant in mutants(bare, chooser, EACH):
        if (document := signed_or_none(mutant)) is not None:
            yield f"signed afterwards: {name}", told(listed(), shelf=shelf(lists=document))
    entry = status_entry(LIST_URL, PLACE, messages=("a", "b", "c", "d"))
    for name, mutant in mutants({"entry": entry}, chooser, EACH):
        if (document := signed_or_none(badge(credentialStatus=mutant.get("entry")))) is not None:
            yield f"entry: {name}", told(document)


def of_issuers(chooser: random.Random) -> Iterator[tuple[str, Iterator[Report]]]:
    document = web_document(ACCOUNT.caip10)
    for number, jwk in enumerate(
        [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "OKP", "crv": "Ed25519", "x": "A"}]
    ):
        method = {"id": f"{DID_WEB}#k{number}", "type": "JsonWebKey", "controller": DID_WEB, "publicKeyJwk": jwk}
        document["verificationMethod"].append({**method, "revoked": "2026-01-01T00:00:00Z"})
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    issuers = (TrustedIssuer(DID_WEB, ACCOUNT, "x", "the tests"),)
    for name, mutant in mutants(document, chooser, EACH):
        yield name, told(credential, shelf=shelf(did=mutant), issuers=issuers)
    profile = json.loads(profile_bytes(keys={METHOD: ProfileKey(TEST_KEY.multikey, NOW)}))
    for name, mutant in mutants(profile, chooser, EACH):
        data = as_bytes(mutant)
        with_profile = shelf()
        with_profile.profiles = {Digest.sha256(data): data}
        registry = Registry(profile=Digest.sha256(data))
        yield f"profile: {name}", told(anchored(signed(badge())), shelf=with_profile, registry=registry)


def of_receipts(chooser: random.Random) -> Iterator[tuple[str, Iterator[Report]]]:
    for path in sorted((FOLDER / "receipt").glob("*.json")):
        vector = json.loads(path.read_bytes())
        if vector["valid"]:
            for name, mutant in mutants(vector["receipt"], chooser, EACH):
                yield f"{path.stem}: {name}", told(mutant)


def signed_or_none(document: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return dict(sign(document, TEST_KEY, verification_method=METHOD, created=NOW))
    except InputError:
        return None


@pytest.mark.parametrize("kind", [of_credentials, of_tokens, of_status_lists, of_issuers, of_receipts])
def test_no_member_of_any_type_escapes_as_an_exception(kind: Any) -> None:
    for name, reports in kind(random.Random(SEED)):
        try:
            codes = [report.checks[0].code for report in reports]
        except Exception as error:
            raise AssertionError(f"seed {SEED}, {name}") from error
        assert "internal.error" not in codes, f"seed {SEED}, {name}"
