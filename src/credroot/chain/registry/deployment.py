"""Where a registry lives: one small JSON file per network, written by `deploy`, checked on every connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.registry.creation import Creation, CreationProof, creation_by_address, has_our_code
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.text.clock import format_time, parse_time
from credroot.core.values import Address, ChainId, Digest

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.core.json.types import JsonObject, JsonValue

DEPLOYMENT_FORMAT = "credroot/deployment/v2"
FORMAT_WITHOUT_CREATION = "credroot/deployment/v1"
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
    creation: Creation | None = None
    """What whoever wrote the file found to show its constructor; `None` in files of before that was asked."""

    def to_json(self) -> JsonObject:
        """Give the content of the file."""
        members: JsonObject = {
            "format": FORMAT_WITHOUT_CREATION if self.creation is None else DEPLOYMENT_FORMAT,
            "network": self.network,
            "chain": self.chain_id.caip2,
            "address": str(self.address),
            "codeHash": str(self.code_hash),
            "deployBlock": self.deploy_block,
            "transaction": str(self.transaction),
            "deployer": str(self.deployer),
            "contract": self.contract,
        }
        if self.creation is not None:
            members["creation"] = _creation_json(self.creation)
        return members

    @classmethod
    def from_json(cls, data: bytes, *, source: str) -> Deployment:
        """Parse the content of a file; `source` is named in the `InputError` that anything unexpected raises."""
        try:
            value = loads(data, max_bytes=MAX_DEPLOYMENT_BYTES)
        except InputError as error:
            raise InputError(f"{source}: {error}", code="deployment.malformed") from error
        formats = (DEPLOYMENT_FORMAT, FORMAT_WITHOUT_CREATION)
        if not isinstance(value, dict) or value.get("format") not in formats:
            raise InputError(f"{source}: not a {DEPLOYMENT_FORMAT} file", code="deployment.malformed")
        members = _MEMBERS | {"creation"} if value["format"] == DEPLOYMENT_FORMAT else _MEMBERS
        unknown, missing = value.keys() - members, members - value.keys()
        if unknown or missing:
            names = ", ".join(sorted(unknown | missing))
            raise InputError(f"{source}: unknown or missing members: {names}", code="deployment.malformed")
        block = value["deployBlock"]
        if not isinstance(block, int) or isinstance(block, bool) or block < 0:
            raise InputError(f"{source}: deployBlock is not a block number", code="deployment.malformed")
        texts = {name: text for name, text in value.items() if isinstance(text, str)}
        try:
            deployment = cls(
                network=texts["network"],
                chain_id=ChainId.from_caip2(texts["chain"]),
                address=Address.from_hex(texts["address"]),
                code_hash=Digest.from_hex(texts["codeHash"]),
                deploy_block=block,
                transaction=Digest.from_hex(texts["transaction"]),
                deployer=Address.from_hex(texts["deployer"]),
                contract=texts["contract"],
                creation=_read_creation(value["creation"]) if "creation" in value else None,
            )
        except KeyError as error:
            raise InputError(f"{source}: member {error} is not a text", code="deployment.malformed") from error
        except InputError as error:
            raise InputError(f"{source}: {error}", code="deployment.malformed") from error
        _require_address(deployment, source)
        return deployment


def _creation_json(creation: Creation) -> JsonObject:
    members: JsonObject = {"proof": creation.proof.value}
    if creation.proof is CreationProof.CREATE2:
        members |= {"factory": str(creation.factory), "salt": "0x" + creation.salt.hex()}
    if creation.created_at is not None:
        members["blockTime"] = format_time(datetime.fromtimestamp(creation.created_at, UTC))
    return members


def _read_creation(value: JsonValue) -> Creation:
    """Read the member ``creation``; `InputError` for anything but what `to_json` writes."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InputError("creation is an object of texts")
    texts = {name: str(text) for name, text in value.items()}
    is_create2 = texts.get("proof") == CreationProof.CREATE2
    if not is_create2 and texts.get("proof") != CreationProof.TRANSACTION:
        raise InputError("creation has a proof that is not known here")
    required = {"proof", "factory", "salt"} if is_create2 else {"proof", "blockTime"}
    if not required <= texts.keys() <= required | {"blockTime"}:
        raise InputError(f"creation has {', '.join(sorted(required))}, and no other members than blockTime")
    created_at = int(parse_time(texts["blockTime"]).timestamp()) if "blockTime" in texts else None
    if not is_create2:
        return Creation(CreationProof.TRANSACTION, created_at)
    factory, salt = Address.from_hex(texts["factory"]), Digest.from_hex(texts["salt"])
    return Creation(CreationProof.CREATE2, created_at, factory, bytes(salt))


def _require_address(deployment: Deployment, source: str) -> None:
    """Refuse a file whose factory and salt do not give its address."""
    creation = deployment.creation
    if creation is None or creation.proof is not CreationProof.CREATE2 or not has_our_code(deployment):
        return
    if creation_by_address(deployment) is not None:
        return
    raise InputError(
        f"{source}: with the init code of this release, factory and salt do not give {deployment.address}",
        code="deployment.wrong_proof",
    )


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
