"""Makes the examples of the API's documentation: ``python -m tests.app.api.examples_maker``.

They are anchored in the model of the registry, and the answers are those of a live server that pins it. Everything is
determined by the test key and fixed times, so that a second run changes nothing.
"""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from credroot.core.values import Digest
from tests.app.api.audited import fill, index_url
from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer
from tests.app.api.material import FILE, ISSUER, anchored, encoded, receipt, signed
from tests.app.api.registry_model import RegistryModel

EXAMPLES = Path(__file__).parents[3] / "src" / "credroot" / "app" / "api" / "examples.json"
PATHS = {"credential": "/v1/verify", "changed": "/v1/verify", "receipt": "/v1/verify", "batch": "/v1/verify/batch"}
QUERIES = {
    "events": ("/v1/events", f"/v1/events?issuer={ISSUER.caip10}&limit=2"),
    "withdrawals": ("/v1/events", "/v1/events?kind=StatusChanged"),
    "issuer": ("/v1/issuers/{account}", f"/v1/issuers/0x{ISSUER.address.hex()}"),
}
"""Route and URL of each example that is asked for without a body."""


def requests_of(model: RegistryModel) -> dict[str, dict[str, Any]]:
    """Give each example's summary and body; their batches are anchored in `model`."""
    credential = anchored(model, [signed(1), signed(2), signed(3)])[0]
    changed = copy.deepcopy(credential)
    changed["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    with_digest = {"receipt": receipt(model), "sha256": Digest.sha256(FILE).hex()}
    return {
        "credential": {"summary": "A credential as it was handed out", "value": credential},
        "changed": {"summary": "The same credential with another name in it", "value": changed},
        "receipt": {"summary": "A receipt, and the digest of the file beside it", "value": with_digest},
        "batch": {"summary": "Several together", "value": {"credentials": [credential, changed, with_digest]}},
    }


def main() -> None:
    model = RegistryModel()
    requests = requests_of(model)
    with model.node() as node, tempfile.TemporaryDirectory() as folder:
        workspace = write_workspace(Path(folder), node.url)
        fill(index_url(workspace))
        with LiveServer(workspace, "--quiet") as server:
            answers = {name: server.post(PATHS[name], encoded(requests[name]["value"])).json for name in requests}
            answers |= {name: server.get(url).json for name, (_, url) in QUERIES.items()}
    queries = {name: {"summary": url} for name, (_, url) in QUERIES.items()}
    text = json.dumps({"requests": requests, "queries": queries, "answers": answers}, indent=1, ensure_ascii=False)
    EXAMPLES.write_text(text + "\n")


if __name__ == "__main__":
    main()
