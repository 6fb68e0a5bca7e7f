"""``POST /credentials/issue`` where the operator switched it on, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from credroot.app.settings.settings import load_settings
from credroot.core.text.clock import format_time
from credroot.credential.rdf.contexts import OPEN_BADGES_3_0_3
from credroot.credential.status.status_list import status_entry
from credroot.credential.w3c.problems import VcProblemType
from tests.app.api.live_server import LiveServer, Response
from tests.app.api.vc_api.conftest import VcApi, codes, types
from tests.app.api.vc_api.plain_credentials import LIST_URL, UNDEFINED_TERMS, did, plain, signed

API_KEY = "TEST KEY of a caller that may issue"
OTHER_KEY = "TEST KEY of another caller"
BADGE_CONTEXTS = ["https://www.w3.org/ns/credentials/v2", OPEN_BADGES_3_0_3]


class Issuing(VcApi):
    def __init__(self, server: LiveServer, issuer: str) -> None:
        super().__init__(server)
        self.issuer = issuer

    def issue(self, credential: Any, key: str = API_KEY) -> Response:
        return self.send("/credentials/issue", {"credential": credential}, authorization=f"Bearer {key}")

    def ours(self, **changes: Any) -> dict[str, Any]:
        return plain(**{"issuer": self.issuer, **changes})


def switch_on(workspace: Path) -> None:
    (workspace / "keys" / "callers.txt").write_text(
        f"# who may issue\n\n{sha256(OTHER_KEY.encode()).hexdigest()}  # the other\n"
    )
    with (workspace / "credroot.toml").open("a") as file:
        file.write(
            f'[api]\nissue = true\nissue_key_sha256 = "{sha256(API_KEY.encode()).hexdigest()}"\n'
            'issue_key_file = "keys/callers.txt"\n'
        )


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    workspace = tmp_path_factory.mktemp("issuing")
    make_workspace(workspace)
    switch_on(workspace)
    issuer = load_settings(workspace, {}).required_issuer().did
    with LiveServer(workspace, "--rate", "0") as live:
        yield Issuing(live, issuer)


def make_workspace(folder: Path) -> None:
    from credroot.app.settings.networks import well_known_networks
    from credroot.app.setup.workspace import create_workspace

    create_workspace(folder, name="Example University", network=well_known_networks()["local"], passphrase=None)


def test_what_was_issued_is_verified_and_not_anchored_and_the_answer_says_so(issuing: Issuing) -> None:
    response = issuing.issue(issuing.ours())
    assert response.status == 201, response.body
    credential = response.json["verifiableCredential"]
    assert {name: value for name, value in credential.items() if name != "proof"} == issuing.ours()
    proof = credential["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", "eddsa-rdfc-2022")
    assert (proof["proofPurpose"], proof["proofValue"][0]) == ("assertionMethod", "z")
    assert proof["verificationMethod"].startswith(issuing.issuer + "#")
    assert "not anchored" in response.json["notices"][0]
    assert issuing.verify(credential).status == 200
    report = issuing.send("/v1/verify", credential).json
    assert report["verdict"] != "valid"


def test_a_changed_copy_of_it_is_not_verified(issuing: Issuing) -> None:
    credential = issuing.issue(issuing.ours()).json["verifiableCredential"]
    credential["credentialSubject"]["skill"] = "surgery"
    assert codes(issuing.verify(credential)) == ["proof.signature_wrong"]


def test_an_issuer_may_be_an_object(issuing: Issuing) -> None:
    named = issuing.ours(issuer={"id": issuing.issuer, "name": "Example University"})
    assert issuing.issue(named).status == 201


def test_each_caller_has_a_key_of_its_own(issuing: Issuing) -> None:
    assert issuing.issue(issuing.ours(), OTHER_KEY).status == 201


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {API_KEY}", API_KEY, f"Bearer {API_KEY}x", "Bearer \xff"],
)
def test_without_the_key_nothing_is_issued(issuing: Issuing, authorization: str) -> None:
    body = {"credential": issuing.ours()}
    response = issuing.send("/credentials/issue", body, authorization=authorization)
    assert (response.status, response.problem) == (401, "unauthorized")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert issuing.send("/credentials/issue", body).status == 401


def test_the_digest_in_the_settings_is_not_the_key(issuing: Issuing) -> None:
    assert issuing.issue(issuing.ours(), sha256(API_KEY.encode()).hexdigest()).status == 401


def test_a_credential_in_another_issuers_name_is_refused(issuing: Issuing) -> None:
    response = issuing.issue(plain(issuer=did("somebody else")))
    assert (response.status, codes(response)) == (400, ["vc.issuer"])


LIST_IRI = "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential"


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["VerifiableCredential", "BitstringStatusListCredential"]},
        {"type": ["VerifiableCredential", LIST_IRI]},
        {"@type": LIST_IRI},
        {"credentialSubject": {"id": "urn:x:1", "holds": {"id": "urn:x:2", "type": "BitstringStatusListCredential"}}},
    ],
)
def test_whoever_may_issue_can_not_lift_a_revocation_with_a_list_of_its_own(issuing: Issuing, change: Any) -> None:
    response = issuing.issue(issuing.ours(**change))
    assert (response.status, codes(response)) == (400, ["vc.reserved_type"])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("42.0", "rdfc.number"),
        ("1e2", "rdfc.number"),
        ("-0.0", "rdfc.number"),
        ("1e21", "rdfc.number"),
        ("0.30000000000000004", "rdfc.number"),
        ("9007199254740993", "json.number"),
        ("123456789012345678901234567890", "json.number"),
        ("1e400", "json.number"),
        ("NaN", "json.number"),
    ],
)
def test_a_number_that_implementations_write_differently_is_not_signed(
    issuing: Issuing, number: str, code: str
) -> None:
    body = json.dumps({"credential": issuing.ours(credentialSubject={"id": "urn:x:1", "points": 77_777})})
    data = body.replace("77777", number).encode()
    response = issuing.server.post("/credentials/issue", data, authorization=f"Bearer {API_KEY}")
    assert (response.status, codes(response)) == (400, [code])


@pytest.mark.parametrize("number", ["42", "0", "-0", "-7", "1.5", "9007199254740991"])
def test_a_number_that_all_write_alike_is_signed(issuing: Issuing, number: str) -> None:
    body = json.dumps({"credential": issuing.ours(credentialSubject={"id": "urn:x:1", "points": 77_777})})
    data = body.replace("77777", number).encode()
    assert issuing.server.post("/credentials/issue", data, authorization=f"Bearer {API_KEY}").status == 201


def test_what_has_a_proof_already_is_refused(issuing: Issuing) -> None:
    response = issuing.issue({**signed(), "issuer": issuing.issuer})
    assert (response.status, codes(response)) == (400, ["vc.proof"])


BROKEN = {
    "no context": ({"@context": ...}, "vc.context"),
    "no type": ({"type": ...}, "vc.type"),
    "no issuer": ({"issuer": ...}, "vc.issuer"),
    "no subject": ({"credentialSubject": ...}, "vc.subject"),
    "an end that is no moment": ({"validUntil": "soon"}, "vc.valid_until"),
    "an entry whose id is its list's": (
        {"credentialStatus": {**status_entry(LIST_URL, 1), "id": LIST_URL}},
        "vc.status",
    ),
    "an entry whose message has no text": (
        {"credentialStatus": {**status_entry(LIST_URL, 1), "statusMessage": [{"status": "0x0"}]}},
        "vc.status",
    ),
    "an entry whose reference is no URL": (
        {"credentialStatus": {**status_entry(LIST_URL, 1), "statusReference": ["why"]}},
        "vc.status",
    ),
    "an entry that is malformed": (
        {"credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}},
        "vc.status",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_rule_of_the_data_model_is_not_signed(issuing: Issuing, name: str) -> None:
    changes, code = BROKEN[name]
    response = issuing.issue(issuing.ours(**changes))
    assert (response.status, set(codes(response))) == (400, {code})
    assert types(response) == {VcProblemType.MALFORMED_VALUE.value}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": BADGE_CONTEXTS, "somethingElse": "x"}, "rdfc.undefined_term"),
        ({"credentialSubject": {"skill": "a\tb"}}, "rdfc.not_portable"),
        ({"@context": [BADGE_CONTEXTS[0], "https://unknown.example/v1"]}, "context.unknown"),
        ({"credentialSubject": {"skill": {"@value": "x", "@direction": "rtl"}}}, "rdfc.direction"),
        ({"@context": [BADGE_CONTEXTS[0], UNDEFINED_TERMS], "type": ["VerifiableCredential", "_:b0"]}, None),
    ],
)
def test_what_others_would_read_differently_is_not_signed(issuing: Issuing, changes: Any, code: str | None) -> None:
    response = issuing.issue(issuing.ours(**changes))
    assert response.status == 400
    assert types(response) == {VcProblemType.PROOF_GENERATION.value}
    assert code is None or codes(response) == [code]


@pytest.mark.parametrize("body", [{}, {"verifiableCredential": {}}, {"credential": []}, []], ids=repr)
def test_a_request_of_another_form_is_a_parsing_error(issuing: Issuing, body: Any) -> None:
    response = issuing.send("/credentials/issue", body, authorization=f"Bearer {API_KEY}")
    assert (response.status, codes(response), types(response)) == (400, ["vc.request"], {VcProblemType.PARSING.value})


def test_the_log_names_what_was_issued_by_its_digest_alone(issuing: Issuing) -> None:
    issuing.issue(issuing.ours(credentialSubject={"skill": "a most private matter"}))
    log = issuing.server.log()
    issued = [json.loads(line) for line in log.splitlines() if '"issued"' in line]
    assert len(issued[-1]["sha256"]) == 64
    assert "private matter" not in log
    assert API_KEY not in log


def test_a_server_on_which_issuing_was_not_switched_on_has_no_such_route(api: VcApi) -> None:
    for headers in ({}, {"authorization": f"Bearer {API_KEY}"}):
        response = api.send("/credentials/issue", {"credential": plain()}, **headers)
        assert (response.status, response.problem) == (404, "not-found")


@pytest.mark.node
def test_what_was_issued_holds_before_another_implementation(issuing: Issuing) -> None:
    from tests.interop.judges import ask

    credential = issuing.issue(issuing.ours()).json["verifiableCredential"]
    changed = {**credential, "name": "other"}
    later = format_time(datetime.now(UTC) + timedelta(minutes=1))
    requests = [{"judge": "digitalbazaar-verify", "credential": one, "now": later} for one in (credential, changed)]
    assert [answer["verified"] for answer in ask(requests)] == [True, False]
