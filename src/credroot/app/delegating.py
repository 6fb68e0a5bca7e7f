"""Signing for a batch that somebody else sends: from settings to a signed order, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.batches import prepare_only
from credroot.app.issuing import offline_workbench
from credroot.core.clock import parse_time
from credroot.core.errors import InputError
from credroot.core.values import Address
from credroot.issuer.anchoring import root_of
from credroot.issuer.delegation import Signed, anchor_order, sign_order

if TYPE_CHECKING:
    from credroot.app.issuing import Keys
    from credroot.app.settings import Settings
    from credroot.issuer.batch_folder import BatchFolder
    from credroot.issuer.delegation import AnchorOrder


def sign_batch(
    settings: Settings,
    folder: BatchFolder,
    keys: Keys,
    network: str | None,
    until: str,
    key: str | None,
    signature: str | None,
    *,
    only_typed: bool,
) -> tuple[AnchorOrder, Signed | None]:
    """Prepare a batch and sign for its anchor; with `only_typed` give the order alone, for a wallet to sign.

    `key` names another key than the workspace's signer, `signature` is what that key made elsewhere.

    Raises:
        InputError: `until` is no time, `signature` no hex, or the key can't be opened; else as `prepare_only`.
    """
    deadline = parse_time(until)
    elsewhere = key is not None or signature is not None
    if elsewhere and not (key is not None and (signature is not None or only_typed)):
        raise InputError("--signature and --key go together", code="usage.options")
    with offline_workbench(settings, network) as (bench, _):
        record = prepare_only(settings, bench, folder, keys)
        signer = None if key is not None else keys.signer()
        account = Address.from_hex(key) if key is not None else signer.address if signer is not None else None
        if account is None:
            raise InputError("no key is named", code="usage.options")
        order = anchor_order(bench.deployment, bench.issuer, account, [root_of(record)], deadline)
    if only_typed:
        return order, None
    if signer is not None:
        return order, sign_order(order, signer)
    try:
        return order, Signed(order, bytes.fromhex((signature or "").removeprefix("0x")))
    except ValueError as error:
        raise InputError("the signature is not hex", code="order.signature") from error
