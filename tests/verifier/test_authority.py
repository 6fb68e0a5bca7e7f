"""Whoever anchors somebody else's credential decides nothing about it: neither its status nor how it is read."""

from __future__ import annotations

import copy
import json
from typing import Any

from credroot.core.anchor_domain import AnchorPlace
from credroot.core.report import Verdict
from credroot.core.status import Status
from credroot.credential.data_integrity import sign
from credroot.credential.did import did_key_method
from credroot.credential.status_list import status_entry
from credroot.verifier.documents import ListCopy
from credroot.verifier.subject import read_subject
from credroot.verifier.trust import Trust
from tests.verifier.stage import (
    ACCOUNT,
    CHAIN,
    DEPLOYMENT,
    KNOWN,
    LIST_URL,
    METHOD,
    NOW,
    OTHER_TEST_KEY,
    PLACE,
    STRANGER,
    TEST_KEY,
    Registry,
    Shelf,
    anchored,
    badge,
    codes,
    report_on,
    signed,
    status_list,
)

WITH_LIST = badge(credentialStatus=status_entry(LIST_URL, PLACE))


def place(account: Any) -> str:
    return AnchorPlace(CHAIN, DEPLOYMENT.address, account.address).domain


def signed_for(document: dict[str, Any], account: Any, key: Any = TEST_KEY, method: str = METHOD) -> dict[str, Any]:
    result: dict[str, Any] = sign(document, key, verification_method=method, created=NOW, domain=place(account))
    return result


def judged(document: dict[str, Any], shelf: Shelf | None = None, registry: Registry | None = None) -> Any:
    return report_on(document, issuers=(), shelf=shelf, registry=registry, require_known_issuer=False)


def test_a_strangers_anchor_does_not_stand_in_for_the_issuers_list():
    document = anchored(signed(WITH_LIST), STRANGER)
    report = judged(document)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")
    revoked = Shelf(status_lists={LIST_URL: ListCopy(status_list((PLACE,)), NOW)})
    report = judged(document, revoked)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INVALID, "status.revoked")
    clear = Shelf(status_lists={LIST_URL: ListCopy(status_list(), NOW)})
    report = judged(document, clear)
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.clear")


def test_an_account_that_nothing_binds_is_told_beside_the_verdict():
    report = judged(anchored(signed(badge()), STRANGER))
    assert codes(report)["status"] == "status.account_unbound"
    withdrawn = judged(anchored(signed(badge()), STRANGER), registry=Registry(status=Status.REVOKED))
    assert withdrawn.verdict is Verdict.INVALID


def test_an_account_that_the_issuers_signature_names_speaks_for_it():
    report = judged(anchored(signed_for(WITH_LIST, ACCOUNT)))
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.active")
    assert report_on(anchored(signed(WITH_LIST)), issuers=(KNOWN,)).verdict is Verdict.VALID


def test_a_signature_of_somebody_else_names_no_account_of_the_issuer():
    own = signed(WITH_LIST)
    method = did_key_method(OTHER_TEST_KEY.multikey)
    added = signed_for({**own, "proof": []}, STRANGER, OTHER_TEST_KEY, method)["proof"]
    both = anchored({**own, "proof": [*own["proof"], *added]}, STRANGER)
    assert codes(judged(both))["status"] == "status.unknown"
    unchecked = {**added[0], "cryptosuite": "nobodys-2026", "verificationMethod": METHOD}
    claimed = anchored({**own, "proof": [*own["proof"], unchecked]}, STRANGER)
    assert codes(judged(claimed))["status"] == "status.unknown"


def test_what_a_stranger_anchored_is_read_as_the_signature_settles_it():
    twice = {"type": ["Achievement"], "id": "urn:uuid:second", "name": "Doctor", "criteria": {"narrative": "None."}}
    document = badge()
    document["credentialSubject"]["achievement"] = [document["credentialSubject"]["achievement"], twice]
    genuine = signed(document)
    turned = copy.deepcopy(genuine)
    turned["credentialSubject"]["achievement"].reverse()
    trust = Trust((DEPLOYMENT,), ())
    forms = [read_subject(_bytes(anchored(one, STRANGER)), trust).document for one in (genuine, turned)]
    assert forms[0] == forms[1]
    assert codes(judged(anchored(turned, STRANGER)))["signature"] == "signature.ok"
    known = read_subject(_bytes(anchored(turned)), Trust((DEPLOYMENT,), (KNOWN,)))
    assert known.document["credentialSubject"] == turned["credentialSubject"]


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
