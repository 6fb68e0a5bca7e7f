"""Signed here, sent and paid for by somebody else: anchors and status changes as files that anyone may relay.

The key that signs needs no coins and no network. Whoever relays can do what was signed and nothing else, and sending it
twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action, StatusWord
from credroot.chain.registry.facts import Query
from credroot.chain.writing.typed_data import anchor_message, status_message, typed_data_digest
from credroot.core.errors import GuardRefused, InputError
from credroot.core.json.strict import loads
from credroot.core.text.clock import format_time, parse_time
from credroot.core.values import AccountId, Address, Digest, Root
from credroot.issuer.sending.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.reading.reader import RegistryReader
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.writing.keystore import Signer
    from credroot.core.json.types import JsonObject, JsonValue

ANCHOR_FORMAT = "credroot/signed-anchor/v1"
STATUS_FORMAT = "credroot/signed-status/v1"
MAX_SIGNATURE_BYTES = 8_192
"""A wallet contract may ask for several owners' signatures in one."""


@dataclass(frozen=True, slots=True)
class AnchorOrder:
    """Anchor these batches for `issuer`, in the name of `key`, until `deadline`."""

    registry: AccountId
    issuer: Address
    key: Address
    batches: tuple[tuple[Root, int], ...]
    """Roots and leaf counts."""
    deadline: int
    """Last second, since 1970."""

    def typed_data(self) -> JsonObject:
        """Give what is signed, as a wallet shows it."""
        chain_id, registry = self.registry.chain_id, self.registry.address
        return anchor_message(chain_id, registry, self.issuer, self.key, self.batches, self.deadline)

    def to_json(self) -> JsonObject:
        """Give the order's members of the file."""
        return {
            "format": ANCHOR_FORMAT,
            "registry": self.registry.caip10,
            "issuer": str(self.issuer),
            "key": str(self.key),
            "batches": [{"root": str(root), "leafCount": count} for root, count in self.batches],
            "deadline": format_time(datetime.fromtimestamp(self.deadline, UTC)),
        }

    def call(self, signature: bytes) -> bytes:
        """Encode the call that does it."""
        return registry_calls.anchor_by_signature(self.issuer, self.batches, self.key, self.deadline, signature)


@dataclass(frozen=True, slots=True)
class StatusOrder:
    """Change the status of credentials of one batch, in the name of `key`, once, until `deadline`."""

    registry: AccountId
    issuer: Address
    key: Address
    root: Root
    action: Action
    reason: int
    words: tuple[StatusWord, ...]
    nonce: int
    """The key's next one in the registry."""
    deadline: int
    """Last second, since 1970."""

    def typed_data(self) -> JsonObject:
        """Give what is signed, as a wallet shows it."""
        chain_id, registry = self.registry.chain_id, self.registry.address
        return status_message(
            chain_id, registry, self.issuer, self.root, self.key, self.action, self.reason, self.words, self.nonce,
            self.deadline,
        )  # fmt: skip

    def to_json(self) -> JsonObject:
        """Give the order's members of the file."""
        return {
            "format": STATUS_FORMAT,
            "registry": self.registry.caip10,
            "issuer": str(self.issuer),
            "key": str(self.key),
            "root": str(self.root),
            "action": self.action.name.lower(),
            "reason": self.reason,
            "words": [{"index": word.index, "mask": f"0x{word.mask:064x}"} for word in self.words],
            "nonce": self.nonce,
            "deadline": format_time(datetime.fromtimestamp(self.deadline, UTC)),
        }

    def call(self, signature: bytes) -> bytes:
        """Encode the call that does it."""
        return registry_calls.set_status_by_signature(
            self.issuer, self.root, self.action, self.reason, self.words, self.key, self.nonce, self.deadline, signature
        )


Order = AnchorOrder | StatusOrder


@dataclass(frozen=True, slots=True)
class Signed:
    """An order and its signature: all that a relayer needs."""

    order: Order
    signature: bytes
    """65 bytes of ECDSA, or what a wallet contract takes (ERC-1271)."""

    def to_json(self) -> JsonObject:
        """Give the content of the file, with the typed data for whoever wants to check what was signed."""
        return {
            **self.order.to_json(),
            "signature": "0x" + self.signature.hex(),
            "typedData": self.order.typed_data(),
        }

    @classmethod
    def from_json(cls, data: bytes, *, source: str) -> Signed:
        """Read a file. Raise `InputError` unless it is exactly what `to_json` would write."""
        value = loads(data)
        if not isinstance(value, dict):
            raise InputError(f"{source}: not a signed order", code="order.malformed")
        try:
            signed = cls(_order(value), _bytes(value["signature"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{source}: not a signed order", code="order.malformed") from error
        if signed.to_json() != value:
            raise InputError(f"{source}: its parts do not say the same", code="order.malformed")
        return signed


def sign_order(order: Order, signer: Signer) -> Signed:
    """Sign an order. Raise `InputError` where it names another key than the signer's."""
    if order.key != signer.address:
        raise InputError(f"the order is for the key {order.key}, not {signer.address}", code="order.key")
    return Signed(order, signer.sign_digest(typed_data_digest(order.typed_data())))


def intent_to_relay(signed: Signed, deployment: Deployment, now: datetime) -> Intent:
    """Give the transaction that does what was signed, for whoever pays.

    Raises:
        GuardRefused: ``order.expired``, its deadline is over; ``order.other_registry``, it is for another registry.
    """
    order = signed.order
    if order.registry != AccountId(deployment.chain_id, deployment.address):
        raise GuardRefused(f"it was signed for the registry {order.registry}", code="order.other_registry")
    if now.timestamp() > order.deadline:
        raise GuardRefused("its deadline is over; it has to be signed anew", code="order.expired")
    label = "relay an anchor" if isinstance(order, AnchorOrder) else f"relay: {order.action.name.lower()}"
    return Intent("relay", f"{label} of {order.issuer}", deployment.address, order.call(signed.signature))


def is_anchored(signed: Signed, reader: RegistryReader) -> bool:
    """Answer whether all that an anchor order wants is on the chain; a status change is never known to be done."""
    order = signed.order
    if not isinstance(order, AnchorOrder):
        return False
    facts = reader.read([Query(order.issuer, root, 0) for root, _ in order.batches])
    return all(fact.batch is not None for fact in facts)


def anchor_order(
    deployment: Deployment, issuer: Address, key: Address, batches: Sequence[tuple[Root, int]], deadline: datetime
) -> AnchorOrder:
    """Make the order to anchor `batches`, roots and leaf counts."""
    registry = AccountId(deployment.chain_id, deployment.address)
    return AnchorOrder(registry, issuer, key, tuple(batches), int(deadline.timestamp()))


def _order(value: JsonObject) -> Order:
    registry = AccountId.from_caip10(str(value["registry"]))
    issuer, key = Address.from_hex(str(value["issuer"])), Address.from_hex(str(value["key"]))
    deadline = int(parse_time(str(value["deadline"])).timestamp())
    if value.get("format") == ANCHOR_FORMAT:
        batches = tuple(
            (Root(Digest.from_hex(entry["root"])), int(entry["leafCount"])) for entry in _objects(value["batches"])
        )
        return AnchorOrder(registry, issuer, key, batches, deadline)
    if value.get("format") != STATUS_FORMAT:
        raise InputError("neither a signed anchor nor a signed status change", code="order.malformed")
    return StatusOrder(
        registry=registry,
        issuer=issuer,
        key=key,
        root=Root(Digest.from_hex(str(value["root"]))),
        action=Action[str(value["action"]).upper()],
        reason=_whole(value["reason"]),
        words=tuple(StatusWord(int(word["index"]), int(word["mask"], 16)) for word in _objects(value["words"])),
        nonce=_whole(value["nonce"]),
        deadline=deadline,
    )


def _objects(value: JsonValue) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise TypeError
    return value  # type: ignore[return-value]


def _whole(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _bytes(value: JsonValue) -> bytes:
    text = str(value)
    if not text.startswith("0x") or len(text) > 2 * MAX_SIGNATURE_BYTES + 2:
        raise ValueError(text[:10])
    return bytes.fromhex(text[2:])
