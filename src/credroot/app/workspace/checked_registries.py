"""Registries whose creation this workspace has seen for itself, in ``cache/registries/``: so that it is asked once.

What a deployment file says of its registry may be anybody's word. These files are only ever written after the endpoints
were asked; they may be deleted, and are then made again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from credroot.app.settings.table import SETTINGS_FILE
from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import Creation, CreationProof
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.text.clock import MAX_BLOCK_TIME

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject

CHECKED_FORMAT: Final = "credroot/registry-checked/v1"
MAX_BYTES: Final = 4_096
_FOLDER = ("cache", "registries")


class CheckedRegistries:
    """What was seen so far: in this process, and in the workspace where `workspace` is one."""

    def __init__(self, workspace: Path) -> None:
        """Read nothing yet."""
        self._workspace = workspace
        self._seen: dict[Deployment, tuple[int, Creation]] = {}

    def find(self, deployment: Deployment, quorum: int) -> Creation | None:
        """Give how a registry was created, where as many endpoints as `quorum` showed it before."""
        if deployment not in self._seen:
            found = self._read(deployment)
            if found is None:
                return None
            self._seen[deployment] = found
        agreeing, creation = self._seen[deployment]
        return creation if agreeing >= quorum else None

    def keep(self, deployment: Deployment, quorum: int, creation: Creation) -> None:
        """Remember what `quorum` endpoints showed; a workspace that can't be written to remembers nothing."""
        self._seen[deployment] = (quorum, creation)
        if not (self._workspace / SETTINGS_FILE).exists():
            return
        from credroot.store.durable import write_file

        path = self._path(deployment)
        content = {**_identity(deployment), "agreeing": quorum, "createdAt": creation.created_at}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, json.dumps(content, indent=1).encode() + b"\n")
        except OSError:
            return

    def _path(self, deployment: Deployment) -> Path:
        name = sha256(json.dumps(_identity(deployment), sort_keys=True).encode()).hexdigest()
        return self._workspace.joinpath(*_FOLDER, f"{name}.json")

    def _read(self, deployment: Deployment) -> tuple[int, Creation] | None:
        # A folder without settings is no workspace of ours, whoever's files lie in it.
        if not (self._workspace / SETTINGS_FILE).exists():
            return None
        try:
            with self._path(deployment).open("rb") as file:
                content = loads(file.read(MAX_BYTES + 1), max_bytes=MAX_BYTES)
        except (OSError, InputError):
            return None
        if not isinstance(content, dict):
            return None
        agreeing, created_at = content.pop("agreeing", None), content.pop("createdAt", None)
        if content != _identity(deployment) or type(agreeing) is not int or type(created_at) is not int:
            return None
        if not 0 <= created_at <= MAX_BLOCK_TIME:
            return None
        return agreeing, Creation(CreationProof.TRANSACTION, created_at)


def _identity(deployment: Deployment) -> JsonObject:
    """Name the registry and all that was compared: of another transaction or another build nothing was seen."""
    return {
        "format": CHECKED_FORMAT,
        "chain": deployment.chain_id.caip2,
        "address": str(deployment.address),
        "codeHash": str(deployment.code_hash),
        "transaction": str(deployment.transaction),
        "deployBlock": deployment.deploy_block,
        "initCode": sha256(load("CredentialRegistry").creation_code).hexdigest(),
    }
