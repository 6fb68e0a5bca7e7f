"""The demonstration's own credentials and status list before other people's verifiers and the official schema."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credroot.core.report import Verdict
from credroot.credential.badge.schema import OFFICIAL_SHA256, official_validator
from tests.interop.judges import ask
from tests.interop.test_foreign_judges import SEED, changed
from tests.verifier import stage

if TYPE_CHECKING:
    from tests.workspaces import Workspace

NOW = "2030-01-01T00:00:00Z"
VERIFIERS = ("digitalbazaar-verify", "verifier-core")


def credentials(workspace: Workspace) -> list[Any]:
    return [json.loads(path.read_bytes()) for path in workspace.credentials]


def published_list(workspace: Workspace) -> Any:
    return json.loads((workspace.folder / "public" / "status" / "1.json").read_bytes())


@pytest.mark.node
def test_both_foreign_verifiers_accept_every_credential_of_the_demo_and_none_after_one_change(demonstrated: Workspace):
    documents = credentials(demonstrated)
    status_list = published_list(demonstrated)
    # One of the changes makes the result 88, which is none for the person who has it.
    changeable = [document for document in documents if document["credentialSubject"]["result"][0]["value"] != "88"]
    others = [copy for document in changeable[:5] for copy in changed(document)]
    assert all(other not in documents for other in others)
    for judge in VERIFIERS:
        requests = [{"judge": judge, "credential": each, "now": NOW} for each in [*documents, *others]]
        answers = ask(requests, {status_list["id"]: status_list})
        assert [answer["verified"] for answer in answers] == [True] * 25 + [False] * 25, answers
    print(f"{2 * (len(documents) + len(others))} cases before foreign verifiers")


@pytest.mark.node
def test_a_foreign_verifier_reads_revocations_off_the_published_list(demonstrated: Workspace):
    documents = credentials(demonstrated)
    status_list = published_list(demonstrated)
    requests = [{"judge": "verifier-core-log", "credential": document} for document in documents]
    answers = ask(requests, {status_list["id"]: status_list})
    assert [answer["log"].get("valid_signature") for answer in answers] == [True] * 25
    assert [answer["log"].get("revocation_status") for answer in answers] == [False] + [True] * 24, answers[:2]


@pytest.mark.node
def test_the_status_list_is_a_credential_that_foreign_verifiers_accept(demonstrated: Workspace):
    status_list = published_list(demonstrated)
    cleared = {**status_list, "credentialSubject": {**status_list["credentialSubject"], "ttl": 1}}
    for judge in VERIFIERS:
        answers = ask(
            [{"judge": judge, "credential": each, "now": status_list["validFrom"]} for each in (status_list, cleared)]
        )
        assert [answer["verified"] for answer in answers] == [True, False]


@pytest.mark.node
def test_the_whole_verifier_accepts_what_others_issue_and_refuses_it_after_one_change():
    request = {"judge": "digitalbazaar-issue", "credential": stage.badge(), "seed": SEED.hex(), "controller": stage.DID}
    credential = ask([request])[0]["credential"]
    credential["proof"] = credential["proof"] if isinstance(credential["proof"], list) else [credential["proof"]]
    assert stage.report_on(credential, issuers=(stage.KNOWN_BY_NAME,)).verdict is Verdict.VALID
    for other in changed(credential):
        assert stage.report_on(other, issuers=(stage.KNOWN_BY_NAME,)).verdict is Verdict.INVALID


def test_every_credential_of_the_demo_is_valid_under_the_official_schema(demonstrated: Workspace):
    validator = official_schema()
    problems = {document["id"]: validator.problems(document) for document in credentials(demonstrated)}
    assert len(problems) == 25
    assert not any(problems.values()), problems


def official_schema() -> Any:
    """Compile 1EdTech's schema, where this machine has it."""
    from hashlib import sha256

    folder = os.environ.get("CREDROOT_STANDARDS")
    found = [] if not folder else sorted((Path(folder) / "schemas").rglob("*.json"))
    for path in found:
        data = path.read_bytes()
        if sha256(data).hexdigest() == OFFICIAL_SHA256["AchievementCredential"]:
            return official_validator("AchievementCredential", data)
    pytest.skip("CREDROOT_STANDARDS names no folder with the official schema")
