"""The registry as tests see it: functions, events and errors by their names, over the in-memory EVM."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from eth_abi import decode, encode

from credroot.chain.registry.artifact import Artifact, load
from tests.contracts.evm import Evm, Log, Receipt

UNKNOWN, ACTIVE, SUSPENDED, REVOKED, DISTRUSTED, INVALID_PROOF = range(6)
SUSPEND, REINSTATE, REVOKE = 1, 2, 3
ANCHOR_ROLE, SUSPEND_ROLE, REVOKE_ROLE, ACCREDIT_ROLE, ADMIN_ROLE, ALL_ROLES = 1, 2, 4, 8, 16, 31


class Event(NamedTuple):
    """A decoded log."""

    name: str
    args: dict[str, Any]
    time: int


@dataclass
class Reverted(Exception):
    """A custom error by its name and arguments; the name is empty if there was no data."""

    name: str
    args: tuple[Any, ...]  # type: ignore[assignment]  # BaseException has an attribute of that name, of the same use


def type_of(value: dict[str, Any]) -> str:
    """The ABI type of an input or output, tuples written out."""
    kind: str = value["type"]
    if kind.startswith("tuple"):
        return "(" + ",".join(type_of(part) for part in value["components"]) + ")" + kind.removeprefix("tuple")
    return kind


@cache
def _entries(contract: Artifact | str, kind: str) -> dict[str, dict[str, Any]]:
    artifact = load(contract) if isinstance(contract, str) else contract  # type: ignore[arg-type]
    return {entry["name"]: dict(entry) for entry in artifact.abi if entry["type"] == kind}


def address(number: int) -> bytes:
    """A plain address that is easy to recognise."""
    return number.to_bytes(20)


def encode_call(function: str, *args: Any) -> bytes:
    """Call data of one of the registry's functions."""
    artifact = load("CredentialRegistry")
    types = [type_of(value) for value in _entries("CredentialRegistry", "function")[function]["inputs"]]
    return artifact.selector(function) + encode(types, args)


def decode_error(data: bytes) -> Reverted:
    """The custom error in the data of a revert."""
    for signature, selector in load("CredentialRegistry").errors.items():
        if data[:4] == selector:
            name = signature.partition("(")[0]
            types = [type_of(value) for value in _entries("CredentialRegistry", "error")[name]["inputs"]]
            return Reverted(name, tuple(_raw(value) for value in decode(types, data[4:])))
    return Reverted(data.hex(), ())


def decode_log(log: Log) -> Event:
    """One of the registry's events, with its arguments by name; addresses are bytes."""
    artifact = load("CredentialRegistry")
    for signature, topic in artifact.topics.items():
        if log.topics[0] == topic:
            name = signature.partition("(")[0]
            inputs = _entries("CredentialRegistry", "event")[name]["inputs"]
            indexed = [value for value in inputs if value["indexed"]]
            plain = [value for value in inputs if not value["indexed"]]
            args = {
                value["name"]: _raw(decode([type_of(value)], word)[0])
                for value, word in zip(indexed, log.topics[1:], strict=True)
            }
            values = decode([type_of(value) for value in plain], log.data)
            args |= {value["name"]: _raw(item) for value, item in zip(plain, values, strict=True)}
            return Event(name, args, log.time)
    raise AssertionError(f"unknown event {log.topics[0].hex()}")


def _raw(value: Any) -> Any:
    """Addresses come out of eth_abi as checksummed text; tests want bytes."""
    if isinstance(value, str) and value.startswith("0x") and len(value) == 42:
        return bytes.fromhex(value[2:])
    if isinstance(value, tuple | list):
        return type(value)(_raw(item) for item in value)
    return value


class Registry:
    """A deployed registry. `send` acts, `ask` reads; both raise `Reverted`."""

    def __init__(self, evm: Evm, at: bytes | None = None) -> None:
        self.evm = evm
        self.address = at or evm.deploy(load("CredentialRegistry").creation_code)

    def send(self, sender: bytes, function: str, *args: Any) -> Receipt:
        """Send a transaction from `sender`."""
        receipt = self.evm.send(sender, self.address, encode_call(function, *args))
        if not receipt.ok:
            raise decode_error(receipt.output)
        return receipt

    def events(self, sender: bytes, function: str, *args: Any) -> list[Event]:
        """Send a transaction and return what it emitted."""
        return [decode_log(log) for log in self.send(sender, function, *args).logs]

    def ask(self, function: str, *args: Any) -> Any:
        """Call a view. One value comes back plain, several as a tuple."""
        receipt = self.evm.call(address(0xCA11), self.address, encode_call(function, *args))
        if not receipt.ok:
            raise decode_error(receipt.output)
        types = [type_of(value) for value in _entries("CredentialRegistry", "function")[function]["outputs"]]
        values = tuple(_raw(value) for value in decode(types, receipt.output))
        return values[0] if len(values) == 1 else values


def refused(registry: Registry, sender: bytes, function: str, *args: Any) -> Reverted:
    """Send what must revert, and return the error."""
    try:
        registry.send(sender, function, *args)
    except Reverted as error:
        return error
    raise AssertionError(f"{function} was not refused")
