"""Every member of everything that may be sent, replaced by every type of JSON: no answer is a fault of the server."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credroot.credential.keys.did import did_document
from credroot.credential.status.status_list import status_entry
from tests.app.api.asgi import Api
from tests.app.api.conftest import write_workspace
from tests.app.api.material import FILE, anchored, document, encoded, receipt, signed
from tests.app.api.registry_model import RegistryModel
from tests.app.api.vc_api import plain_credentials as plain
from tests.app.api.vc_api.conftest import WEB_DID, pin
from tests.verifier.confusion import mutants

SEED = 20_261_130
EACH = 2
"""Values that are tried at each place; all of them take some minutes."""
CRASH = {
    "type": "VerifiableCredential",
    "proof": {},
    "credentialStatus": {"type": "BitstringStatusListEntry", "statusListCredential": {}},
}
FORM = "multipart/form-data; boundary=XyZ"


@pytest.fixture(scope="module")
def offline_model() -> RegistryModel:
    return RegistryModel()


@pytest.fixture(scope="module")
def api(offline_model: RegistryModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with offline_model.node() as node:
        workspace: Path = write_workspace(tmp_path_factory.mktemp("confusion"), node.url)
        pin(
            workspace / "trust" / "status", [plain.status_list(), plain.suspension_list(plain.LIST_URL + "/suspension")]
        )
        pin(workspace / "trust" / "did", [did_document(WEB_DID, plain.key("school").multikey)])
        opened = Api(workspace)
        yield opened
        opened.close()


def credential() -> dict[str, Any]:
    entry = status_entry(plain.LIST_URL, plain.REVOKED_INDEX)
    return signed(1) | {
        "credentialStatus": entry,
        "endorsement": [signed(2)],
        "evidence": [{"id": "https://e.example"}],
    }


def holding(*credentials: Any) -> dict[str, Any]:
    return {
        "@context": [plain.VC_V2],
        "type": ["VerifiablePresentation"],
        "holder": plain.did(),
        "verifiableCredential": list(credentials),
    }


def as_form(data: bytes) -> bytes:
    head = b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n'
    return head + data + b"\r\n--XyZ--\r\n"


def requests(model: RegistryModel) -> dict[str, tuple[str, Any]]:
    """Give every kind of request that has JSON in it, by a name."""
    paper = {"receipt": receipt(model), "sha256": plain.sha256(FILE).hexdigest()}
    status = plain.signed(plain.plain(credentialStatus=status_entry(plain.LIST_URL, 3)))
    options = {"challenge": "c", "domain": ["d.example"], "checks": ["proof"], "expectedProofPurpose": "authentication"}
    own = plain.signed(holding(status), proof_purpose="authentication")
    return {
        "anchored": ("/v1/verify", anchored(model, [credential()])[0]),
        "signed": ("/v1/verify", credential()),
        "receipt": ("/v1/verify", paper),
        "enveloped": ("/v1/verify", plain.in_envelope(plain.claimed())),
        "batch": ("/v1/verify/batch", {"credentials": [anchored(model, [document(3)])[0], paper, "text", {}]}),
        "vc": (
            "/credentials/verify",
            {"verifiableCredential": status, "options": {**options, "returnCredential": True}},
        ),
        "vc enveloped": ("/credentials/verify", {"verifiableCredential": plain.in_envelope(plain.claimed())}),
        "vp": ("/presentations/verify", {"verifiablePresentation": own, "options": {**options, "challenge": None}}),
        "unsigned vp": ("/presentations/verify", {"presentation": holding(status, plain.in_envelope(plain.claimed()))}),
        "issue": ("/credentials/issue", {"credential": plain.plain(), "options": {}}),
    }


@pytest.mark.parametrize("name", sorted(requests(RegistryModel())))
def test_no_member_of_any_type_is_a_fault_of_the_server(api: Api, offline_model: RegistryModel, name: str) -> None:
    path, body = requests(offline_model)[name]
    chooser = random.Random(f"{SEED} {name}")  # printed by its name
    for told, mutant in mutants({"body": body}, chooser, EACH):
        status, answer = api.post(path, encoded(mutant.get("body")))
        assert status < 500 or is_an_outage(answer), (name, SEED, told, answer[:300], api.log[-500:])
        assert b"internal.error" not in answer, (name, SEED, told)
    assert '"event":"error"' not in api.log


def is_an_outage(answer: bytes) -> bool:
    return json.loads(answer).get("type") == "/problems/chain-unavailable"


@pytest.mark.parametrize("name", ["anchored", "signed", "receipt"])
def test_no_member_of_any_type_keeps_the_page_from_answering(api: Api, offline_model: RegistryModel, name: str) -> None:
    _, body = requests(offline_model)[name]
    chooser = random.Random(f"{SEED} page {name}")
    for told, mutant in mutants({"body": body.get("receipt", body)}, chooser, 1):
        for path in ("/check", "/v1/page"):
            status, answer = api.post(path, as_form(encoded(mutant.get("body"))), FORM)
            assert status == 200, (name, SEED, told, answer[:300], api.log[-500:])
            assert b"internal.error" not in answer, (name, SEED, told)


@pytest.mark.parametrize("claims", [plain.claimed(), {"vc": plain.plain(), "iss": plain.did(), "jti": "urn:uuid:1"}])
def test_no_claim_or_header_of_any_type_is_a_fault_of_the_server(api: Api, claims: dict[str, Any]) -> None:
    parts = {"header": {"alg": "EdDSA", "kid": plain.method(), "jwk": {"kty": "OKP"}}, "claims": {**claims, "nbf": 5}}
    for told, mutant in mutants(parts, random.Random(SEED), EACH):
        header, content = mutant.get("header"), mutant.get("claims")
        token = ".".join(part for part in (as_text(header), as_text(content), "AAAA"))
        wrapped = {"type": "EnvelopedVerifiableCredential", "@context": plain.VC_V2}
        wrapped["id"] = f"data:application/vc+jwt,{token}"
        for path, body in (("/v1/verify", wrapped), ("/credentials/verify", {"verifiableCredential": wrapped})):
            status, answer = api.post(path, encoded(body))
            assert status < 500, (SEED, told, answer[:300], api.log[-500:])
            assert b"internal.error" not in answer, (SEED, told)


def as_text(value: Any) -> str:
    return plain.encode_base64url(encoded(value))[1:]


def test_a_status_list_address_that_is_an_object_is_a_report(api: Api) -> None:
    status, report = api.ask("/v1/verify", CRASH)
    assert (status, report["verdict"]) == (200, "indeterminate")


def test_one_bad_member_of_a_batch_costs_its_neighbours_nothing(api: Api, offline_model: RegistryModel) -> None:
    good = anchored(offline_model, [document(7)])[0]
    status, answer = api.ask("/v1/verify/batch", {"credentials": [good, CRASH, good]})
    assert status == 200
    assert [report["verdict"] for report in answer["reports"]] == ["valid", "indeterminate", "valid"]
