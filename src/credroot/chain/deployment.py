"""Where a registry lives: one small JSON file per network, written by `deploy`, checked on every connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.strict_json import loads
from credroot.core.values import Address, ChainId, Digest

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.core.json_types import JsonObject

DEPLOYMENT_FORMAT = "credroot/deployment/v1"
MAX_DEPLOYMENT_BYTES = 16_384
_MEMBERS = frozenset(
    {"format", "network", "chain", "address", "codeHash", "deployBlock", "transaction", "deployer", "contract"}
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One registry on one chain. Address, chain and code hash together are what a verifier trusts."""

    network: str
    """Short name on the command line; also the file's name."""
    chain_id: ChainId
    address: Address
    code_hash: Digest
    """Keccak-256 of the runtime code, as EXTCODEHASH gives it."""
    deploy_block: int
    """No event of this registry is older than this block."""
    transaction: Digest
    """The transaction that deployed it."""
    deployer: Address
    contract: str = "CredentialRegistry/1"
    """Contract and version of the artifact that was deployed."""

    def to_json(self) -> JsonObject:
        """Give the content of the file."""
        return {
            "format": DEPLOYMENT_FORMAT,
            "network": self.network,
            "chain": self.chain_id.caip2,
            "address": str(self.address),
            "codeHash": str(self.code_hash),
            "deployBlock": self.deploy_block,
            "transaction": str(self.transaction),
            "deployer": str(self.deployer),
            "contract": self.contract,
        }

    @classmethod
    def from_json(cls, data: bytes, *, source: str) -> Deployment:
        """Parse the content of a file; `source` is named in the `InputError` that anything unexpected raises."""
        try:
            value = loads(data, max_bytes=MAX_DEPLOYMENT_BYTES)
        except InputError as error:
            raise InputError(f"{source}: {error}", code="deployment.malformed") from error
        if not isinstance(value, dict) or value.get("format") != DEPLOYMENT_FORMAT:
            raise InputError(f"{source}: not a {DEPLOYMENT_FORMAT} file", code="deployment.malformed")
        unknown, missing = value.keys() - _MEMBERS, _MEMBERS - value.keys()
        if unknown or missing:
            names = ", ".join(sorted(unknown | missing))
            raise InputError(f"{source}: unknown or missing members: {names}", code="deployment.malformed")
        block = value["deployBlock"]
        if not isinstance(block, int) or isinstance(block, bool) or block < 0:
            raise InputError(f"{source}: deployBlock is not a block number", code="deployment.malformed")
        texts = {name: text for name, text in value.items() if isinstance(text, str)}
        try:
            return cls(
                network=texts["network"],
                chain_id=ChainId.from_caip2(texts["chain"]),
                address=Address.from_hex(texts["address"]),
                code_hash=Digest.from_hex(texts["codeHash"]),
                deploy_block=block,
                transaction=Digest.from_hex(texts["transaction"]),
                deployer=Address.from_hex(texts["deployer"]),
                contract=texts["contract"],
            )
        except KeyError as error:
            raise InputError(f"{source}: member {error} is not a text", code="deployment.malformed") from error
        except InputError as error:
            raise InputError(f"{source}: {error}", code="deployment.malformed") from error


def load_deployments(folder: Path) -> tuple[Deployment, ...]:
    """Read every ``*.json`` of `folder`, by name; none where there is no such folder.

    Raises:
        InputError: a file is not a deployment, its name is not its network, or two files name the same registry.
    """
    found: list[Deployment] = []
    for path in sorted(folder.glob("*.json")):
        with path.open("rb") as file:
            deployment = Deployment.from_json(file.read(MAX_DEPLOYMENT_BYTES + 1), source=str(path))
        if deployment.network != path.stem:
            raise InputError(f"{path}: the file is of network {deployment.network!r}", code="deployment.misnamed")
        if any((other.chain_id, other.address) == (deployment.chain_id, deployment.address) for other in found):
            raise InputError(f"{path}: the same registry stands in another file", code="deployment.duplicate")
        found.append(deployment)
    return tuple(found)
