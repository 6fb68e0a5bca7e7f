"""Fixtures of the API's tests: a workspace that pins the model of a registry, and servers in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.api.audited import fill, index_url
from tests.app.api.live_server import LiveServer
from tests.app.api.material import ISSUER, issuer_did
from tests.app.api.registry_model import CHAIN, NETWORK, RegistryModel, deployment


@pytest.fixture(scope="module")
def model() -> RegistryModel:
    return RegistryModel()


@pytest.fixture(scope="module")
def workspace(model: RegistryModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with model.node() as node:
        folder = write_workspace(tmp_path_factory.mktemp("workspace"), node.url)
        fill(index_url(folder))
        yield folder


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[LiveServer]:
    with LiveServer(workspace, "--rate", "0") as live:
        yield live


def write_workspace(folder: Path, url: str, deadline_s: int = 2) -> Path:
    (folder / "deployments").mkdir()
    (folder / "deployments" / f"{NETWORK}.json").write_text(json.dumps(deployment().to_json()))
    (folder / "credroot.toml").write_text(
        f'format = "credroot/settings/v1"\nnetwork = "{NETWORK}"\n'
        f'[networks.{NETWORK}]\nchain = "{CHAIN.caip2}"\nendpoints = ["{url}"]\n'
        f"finality = 1\ndeadline_s = {deadline_s}\n"
        f'[[trust.issuers]]\nid = "{issuer_did()}"\nname = "Example University"\n'
        f'account = "{ISSUER.caip10}"\nsource = "the tests"\n'
    )
    return folder
