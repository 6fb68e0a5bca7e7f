"""What a verifier remembers of documents saves time and changes no verdict: whatever else changes, it is noticed."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from credroot.core.report import Report, Verdict
from credroot.core.values import Digest
from credroot.credential.proof.suites.held_signatures import HeldSignature, HeldSignatures, fingerprint
from credroot.credential.rdf.shapes.cache import default_shape_cache
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import status_entry
from credroot.verifier.documents import ListCopy
from credroot.verifier.gathering.document_memory import DocumentMemory
from credroot.verifier.trust import Policy, Trust, TrustedIssuer
from credroot.verifier.verifier import Verifier
from tests.verifier.stage import (
    DEPLOYMENT,
    DID_WEB,
    LIST_URL,
    NOW,
    OTHER_TEST_KEY,
    PLACE,
    TEST_KEY,
    WEB_METHOD,
    Registry,
    Shelf,
    anchored,
    as_bytes,
    badge,
    profile_bytes,
    signed,
    status_list,
    web_document,
)

KNOWN = TrustedIssuer(DID_WEB, None, "Registrar", "the tests")
CREDENTIAL = as_bytes(
    anchored(signed(badge(DID_WEB, credentialStatus=status_entry(LIST_URL, PLACE)), method=WEB_METHOD))
)
PROFILE = profile_bytes(DID_WEB, method=WEB_METHOD)
LIST = status_list(issuer=DID_WEB, method=WEB_METHOD)
REVOKING = status_list((PLACE,), issuer=DID_WEB, method=WEB_METHOD)


@dataclass(frozen=True)
class Scene:
    """All that a verdict about the one credential depends on."""

    profile: bytes = PROFILE
    listed: dict[str, Any] = field(default_factory=lambda: LIST)
    did_document: dict[str, Any] | None = field(default_factory=web_document)
    now: datetime = NOW

    def report(self, memory: DocumentMemory, **options: Any) -> Report:
        shelf = Shelf(
            {} if self.did_document is None else {DID_WEB: self.did_document},
            {Digest.sha256(self.profile): self.profile},
            {LIST_URL: ListCopy(self.listed, None)},
        )
        registry = Registry(profile=Digest.sha256(self.profile))
        verifier = Verifier(
            Trust((DEPLOYMENT,), (KNOWN,)),
            lambda _: registry,
            clock=lambda: self.now,
            policy=Policy(),
            documents=shelf,
            memory=memory,
            **options,
        )
        return verifier.verify(CREDENTIAL)


def removed(at: str) -> dict[str, Any]:
    document = copy.deepcopy(web_document())
    document["verificationMethod"][0]["revoked"] = at
    return document


def with_bits_of(document: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Give a list with the bits of another, under a signature that is not of them."""
    return {**document, "credentialSubject": other["credentialSubject"]}


def with_proof(**members: Any) -> dict[str, Any]:
    return {**LIST, "proof": [{**LIST["proof"][0], **members}]}


SCENES = {
    "as it should be": Scene(),
    "the list revokes it": Scene(listed=REVOKING),
    "a list's bits were changed": Scene(listed=with_bits_of(REVOKING, LIST)),
    "a member of the list was changed": Scene(listed={**LIST, "validFrom": "2026-05-30T00:00:00Z"}),
    "the list's signature was changed": Scene(listed=with_proof(proofValue=REVOKING["proof"][0]["proofValue"])),
    "the list's signature is said to be another key's": Scene(listed=with_proof(verificationMethod=DID_WEB + "#2")),
    "another signs the list": Scene(listed=status_list(issuer=DID_WEB, key=OTHER_TEST_KEY, method=WEB_METHOD)),
    "a byte of the profile was changed": Scene(PROFILE.replace(b"Example", b"Fxample")),
    "another signs the profile": Scene(profile_bytes(DID_WEB, key=OTHER_TEST_KEY, method=WEB_METHOD)),
    "the profile can't be read": Scene(b"{}"),
    "the DID document has another key": Scene(did_document=web_document(key=OTHER_TEST_KEY)),
    "there is no DID document": Scene(did_document=None),
    "the key was removed": Scene(did_document=removed("2026-05-20T00:00:00Z")),
    "the key will be removed": Scene(did_document=removed("2026-07-01T00:00:00Z")),
    "it is before the list was signed": Scene(now=NOW - timedelta(days=7)),
    "the list is too old": Scene(now=NOW + timedelta(days=60)),
}
ALIKE = {"as it should be", "the key will be removed"}


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Give the report of each scene by a verifier that remembers nothing."""
    return {name: scene.report(DocumentMemory()) for name, scene in SCENES.items()}


@pytest.mark.parametrize("before", SCENES)
def test_a_verdict_is_the_same_whatever_was_judged_before(before: str, reports: dict[str, Report]):
    for then in SCENES:
        memory = DocumentMemory()
        assert [SCENES[name].report(memory) for name in (before, then)] == [reports[before], reports[then]]


@pytest.mark.parametrize("name", [name for name in SCENES if name not in ALIKE])
def test_none_of_these_has_the_report_of_what_is_as_it_should_be(name: str, reports: dict[str, Report]):
    right = reports["as it should be"]
    assert right.verdict is Verdict.VALID
    assert reports[name] != right


def test_a_key_removed_between_two_verdicts_counts_from_then_on():
    memory = DocumentMemory()
    assert SCENES["as it should be"].report(memory).check("issuer").code == "issuer.trusted"
    assert SCENES["the key was removed"].report(memory).check("issuer").code == "issuer.account_unbound"
    later = replace(SCENES["the key will be removed"], now=NOW + timedelta(days=30, hours=1))
    assert SCENES["the key will be removed"].report(memory).verdict is Verdict.VALID
    assert later.report(memory).check("issuer").code == "issuer.account_unbound"


def test_a_second_verdict_canonicalises_nothing_but_the_credential():
    seen: list[Any] = []

    def canonicalize(document: Any) -> Any:
        seen.append(document.get("id"))
        return default_shape_cache().canonical_form(document)

    memory = DocumentMemory()
    first = Scene().report(memory, canonicalize=canonicalize)
    of_first = list(seen)
    seen.clear()
    assert Scene().report(memory, canonicalize=canonicalize) == first
    assert LIST_URL in of_first
    assert LIST_URL not in seen
    assert seen == of_first[: len(seen)]


def test_what_does_not_hold_is_never_kept():
    memory, counts = DocumentMemory(), []
    for name in ("another signs the list", "another signs the profile", "as it should be"):
        SCENES[name].report(memory)
        counts.append(len(memory.held))
    assert counts == [1, 2, 2]


def test_signatures_are_kept_in_bounded_space_and_the_first_go_first():
    held = HeldSignatures(size=3)
    signatures = [HeldSignature(bytes([number]), 0, TEST_KEY.multikey) for number in range(5)]
    for signature in (*signatures, signatures[4]):
        held.add(signature)
    assert [signature in held for signature in signatures] == [False, False, True, True, True]
    assert signatures[4]._replace(key=OTHER_TEST_KEY.multikey) not in held
    assert signatures[4]._replace(place=1) not in held


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1}, {"a": 1.0}), ({"a": 1}, {"a": True}), ({"a": None}, {"a": float("nan")}), ({"a": "1"}, {"a": 1})],
)
def test_documents_that_python_calls_equal_or_json_writes_alike_have_two_fingerprints(one: Any, other: Any):
    assert fingerprint(one) != fingerprint(other)


def test_lists_are_kept_in_bounded_space_and_the_first_go_first():
    limit = 3 * 17_000
    memory = DocumentMemory(max_bits_bytes=limit)
    texts = [bitstring.encode(bitstring.pack({number: 1})) for number in range(20)]
    for text in (*texts, *texts):
        assert memory.bits(text) == bitstring.decode(text)
        assert memory.bits_bytes <= limit
    assert memory.bits_bytes > limit // 2
    assert memory.bits(texts[-1]) is memory.bits(texts[-1])
    assert DocumentMemory(max_bits_bytes=0).bits(texts[0]) == bitstring.decode(texts[0])


def test_threads_that_share_a_memory_get_the_same_verdicts(reports: dict[str, Report]):
    memory = DocumentMemory()
    with ThreadPoolExecutor(4) as pool:
        asked = [name for _ in range(5) for name in SCENES]
        found = pool.map(lambda name: SCENES[name].report(memory), asked)
        assert all(report == reports[name] for name, report in zip(asked, found, strict=True))
