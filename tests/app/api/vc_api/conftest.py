"""A live server that pins status lists and a DID document of strangers, and does not issue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credroot.credential.keys.did import did_document
from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer, Response
from tests.app.api.material import encoded
from tests.app.api.vc_api.plain_credentials import LIST_URL, key, status_list, suspension_list

WEB_DID = "did:web:school.example"


class VcApi:
    def __init__(self, server: LiveServer) -> None:
        self.server = server

    def verify(self, credential: Any, **options: Any) -> Response:
        return self.send("/credentials/verify", {"verifiableCredential": credential, "options": options})

    def present(self, presentation: Any, **options: Any) -> Response:
        return self.send("/presentations/verify", {"verifiablePresentation": presentation, "options": options})

    def send(self, path: str, body: Any, **headers: str) -> Response:
        return self.server.post(path, encoded(body), **headers)


def short_list(url: str) -> dict[str, Any]:
    """A list of the right issuer with room for 8 credentials."""
    from credroot.credential.status import bitstring
    from tests.app.api.vc_api.plain_credentials import signed

    document = status_list(url=url)
    subject = {**document["credentialSubject"], "encodedList": bitstring.encode(b"\x00")}
    return signed(
        {**{name: value for name, value in document.items() if name != "proof"}, "credentialSubject": subject}
    )


@pytest.fixture(scope="package")
def quiet_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    workspace = write_workspace(tmp_path_factory.mktemp("vc_api"), "http://127.0.0.1:9")
    pin(
        workspace / "trust" / "status",
        [
            status_list(),
            status_list(signer="somebody else", url=LIST_URL + "/forged"),
            status_list(issuer="somebody else", url=LIST_URL + "/of-another"),
            suspension_list(LIST_URL + "/suspension"),
            short_list(LIST_URL + "/short"),
        ],
    )
    web = did_document(WEB_DID, key("school").multikey)
    pin(workspace / "trust" / "did", [{**web, "authentication": []}])
    pin(workspace / "public" / "status", [status_list(url="https://issuer.example/status/1.json")], first=1)
    with LiveServer(workspace, "--rate", "0") as live:
        yield live


@pytest.fixture
def api(quiet_server: LiveServer) -> VcApi:
    return VcApi(quiet_server)


def pin(folder: Path, documents: list[dict[str, Any]], first: int = 0) -> None:
    folder.mkdir(parents=True)
    for number, document in enumerate(documents, first):
        (folder / f"{number}.json").write_text(json.dumps(document))


def codes(response: Response) -> list[str]:
    return [problem["code"] for problem in response.json["errors"]]


def types(response: Response) -> set[str]:
    return {problem["type"] for problem in response.json["errors"]}
