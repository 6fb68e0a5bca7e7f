"""Signing for what somebody else sends: from settings to a signed order, for an anchor or for a change of status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.app.issuing.batches import prepare_only
from credroot.app.issuing.workbench import offline_workbench
from credroot.chain.registry.artifact import load
from credroot.chain.registry.calls import status_words
from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.core.values import AccountId, Address
from credroot.issuer.sending.delegation import Signed, StatusOrder, anchor_order, sign_order
from credroot.issuer.sending.walk import root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.issuing.withdrawal import Withdrawal
    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.chain.registry.calls import Action
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.sending.delegation import Order
    from credroot.issuer.sending.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs, and until when it may be sent."""

    until: str
    """The last moment at which the order may be sent."""
    key: str | None = None
    """The key, where it is not one that can be opened here: a wallet's."""
    signature: str | None = None
    """What that key made elsewhere, as hex."""
    only_typed: bool = False
    """Whether only the text that a wallet signs is wanted."""
    signer: str | None = None
    """URI of the key that is opened here, where it is not the workspace's own."""

    def __post_init__(self) -> None:
        """Raise `InputError` where a signature has no key, or a key elsewhere nothing to go with it."""
        elsewhere = self.key is not None or self.signature is not None
        if elsewhere and not (self.key is not None and (self.signature is not None or self.only_typed)):
            raise InputError("--signature and --key go together", code="usage.options")


def sign_batch(
    settings: Settings, folder: BatchFolder, keys: Keys, network: str | None, signing: Signing
) -> tuple[Order, Signed | None]:
    """Prepare a batch and sign for its anchor, without a network; the order alone where only that is wanted.

    Raises:
        InputError: the time or the signature is none, or the key can't be opened; else as `prepare_only`.
    """
    deadline = parse_time(signing.until)
    with offline_workbench(settings, network) as (bench, _):
        record = prepare_only(settings, bench, folder, keys)
        return _sign(
            lambda key: anchor_order(bench.deployment, bench.issuer, key, [root_of(record)], deadline), keys, signing
        )


def sign_withdrawal(
    bench: Workbench, keys: Keys, withdrawal: Withdrawal, action: Action, reason: int, signing: Signing
) -> tuple[Order, Signed | None]:
    """Sign for a change of status, once, with the key's next number in the registry; errors as `sign_batch`.

    Raises:
        InputError: ``order.batches``, credentials of several batches are no one order; ``order.unknown``, this
            workspace has no list of the batch's credentials.
    """
    roots = {target.root for target in withdrawal.targets}
    if not roots:
        raise InputError("the batch has no manifest here, so its places are not known", code="order.unknown")
    if len(roots) > 1:
        raise InputError("these are of several batches: one order is for one of them", code="order.batches")
    registry = AccountId(bench.deployment.chain_id, bench.deployment.address)
    deadline = int(parse_time(signing.until).timestamp())
    words = status_words(target.index for target in withdrawal.targets)

    def order_of(key: Address) -> Order:
        nonce = _next_number(bench, key)
        return StatusOrder(registry, bench.issuer, key, roots.copy().pop(), action, reason, words, nonce, deadline)

    return _sign(order_of, keys, signing)


def _sign(order_of: Callable[[Address], Order], keys: Keys, signing: Signing) -> tuple[Order, Signed | None]:
    if signing.key is None:
        signer = keys.signer(signing.signer)
        order = order_of(signer.address)
        return order, None if signing.only_typed else sign_order(order, signer)
    order = order_of(Address.from_hex(signing.key))
    if signing.only_typed:
        return order, None
    try:
        return order, Signed(order, bytes.fromhex((signing.signature or "").removeprefix("0x")))
    except ValueError as error:
        raise InputError("the signature is not hex", code="order.signature") from error


def _next_number(bench: Workbench, key: Address) -> int:
    data = load("CredentialRegistry").selectors["nonceOf(address)"] + bytes(12) + key
    return int.from_bytes(bench.chain.call(bench.deployment.address, data), "big")
