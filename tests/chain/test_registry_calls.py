"""The calls that change a registry, byte for byte as another codec writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from eth_abi.exceptions import ValueOutOfBounds

from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.calls import Action, Role, StatusWord
from credroot.core.values import Address, Digest, Root

if TYPE_CHECKING:
    from collections.abc import Callable

ISSUER, OTHER = Address(b"\x22" * 20), Address(bytes(range(20)))
ROOT = Root(Digest(b"\x01" * 32))
WORDS = [StatusWord(0, 1), StatusWord(2**64, 2**255)]
SIGNATURE = bytes(range(65))
CALLS: dict[str, tuple[Callable[..., bytes], tuple[Any, ...], list[Any]]] = {
    "anchor": (registry_calls.anchor, (ISSUER, ROOT, 7), [ISSUER, ROOT, 7]),
    "revoke": (registry_calls.revoke, (ISSUER, ROOT, 7, 3), [ISSUER, ROOT, 7, 3]),
    "setStatus": (
        registry_calls.set_status,
        (ISSUER, ROOT, Action.REVOKE, 3, WORDS),
        [ISSUER, ROOT, 3, 3, [(0, 1), (2**64, 2**255)]],
    ),
    "setProfile": (
        registry_calls.set_profile,
        (ISSUER, ROOT, "https://é.example"),
        [ISSUER, ROOT, "https://é.example"],
    ),
    "setKey": (registry_calls.set_key, (ISSUER, OTHER, Role.ANCHOR | Role.ADMIN, 9), [ISSUER, OTHER, 17, 9]),
    "accredit": (registry_calls.accredit, (ISSUER, OTHER, ROOT, 1, 2, ""), [ISSUER, OTHER, ROOT, 1, 2, ""]),
    "anchorBySig": (
        registry_calls.anchor_by_signature,
        (ISSUER, [(ROOT, 7), (ROOT, 8)], OTHER, 5, SIGNATURE),
        [ISSUER, [(ROOT, 7), (ROOT, 8)], OTHER, 5, SIGNATURE],
    ),
    "setStatusBySig": (
        registry_calls.set_status_by_signature,
        (ISSUER, ROOT, Action.SUSPEND, 3, WORDS, OTHER, 4, 5, SIGNATURE),
        [ISSUER, ROOT, 1, 3, [(0, 1), (2**64, 2**255)], OTHER, 4, 5, SIGNATURE],
    ),
}


def plain(value: Any) -> Any:
    """Write addresses as that codec takes them."""
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, list | tuple):
        return type(value)(plain(one) for one in value)
    return bytes(value) if isinstance(value, bytes) else value


@pytest.mark.parametrize("function", CALLS)
def test_a_call_is_encoded_as_web3_encodes_it(function: str) -> None:
    from web3 import Web3

    encode, ours, theirs = CALLS[function]
    contract = Web3().eth.contract(abi=[dict(entry) for entry in load("CredentialRegistry").abi])
    assert "0x" + encode(*ours).hex() == contract.encode_abi(function, args=plain(theirs))


@pytest.mark.parametrize("leaf_count", [-1, 2**256])
def test_a_number_that_has_no_room_is_not_encoded(leaf_count: int) -> None:
    with pytest.raises(ValueOutOfBounds):
        registry_calls.anchor(ISSUER, ROOT, leaf_count)
