"""Other people's verifiers, as far as this machine has them: Node.js and the npm parts that .ci/run installs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from credroot.credential.rdf.contexts import pinned_contexts

NEEDED = (
    "@digitalbazaar/vc",
    "@digitalbazaar/data-integrity",
    "@digitalbazaar/ed25519-multikey",
    "@digitalbazaar/eddsa-rdfc-2022-cryptosuite",
    "@digitalcredentials/verifier-core",
)
TIMEOUT_S = 120


def node_modules() -> Path:
    """Give the folder of npm parts, or skip the test that asks."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    folder = Path(os.environ.get("CREDROOT_NODE_MODULES") or Path(__file__).parents[2] / ".node" / "node_modules")
    missing = [name for name in NEEDED if not folder.joinpath(name).is_dir()]
    if missing:
        pytest.skip(f"npm parts are not installed: {', '.join(missing)}")
    return folder


def ask(requests: list[dict[str, Any]], documents: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Ask the judges, one answer per request, in order."""
    program = Path(__file__).with_name("judges.mjs").read_text()
    contexts = {url: pinned.document() for url, pinned in pinned_contexts().by_url.items()}
    question = {"contexts": contexts, "documents": documents or {}, "requests": requests}
    answer = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "--eval", program],
        input=json.dumps(question).encode(),
        cwd=node_modules().parent,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr.decode()
    answers: list[dict[str, Any]] = json.loads(answer.stdout)
    return answers
