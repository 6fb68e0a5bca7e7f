"""Signatures of wallet contracts by ERC-1271: good ones, and answers that count as none."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.evm import Evm
from tests.contracts.people import ISSUER, OTHER_ROOT, ROOT, STRANGER
from tests.contracts.registry import ANCHOR_ROLE, Registry, encode_call, refused
from tests.contracts.signing import FAR, Signer
from tests.contracts.solc import creation_codes

SIGNER = Signer("operator")
BATCHES = [(ROOT, 25), (OTHER_ROOT, 3)]


def anchor_call(signature: bytes, *, signer: bytes = SIGNER.address) -> tuple[object, ...]:
    return ("anchorBySig", ISSUER, BATCHES, signer, FAR, signature)


def wallet(evm: Evm, name: str, *args: tuple[str, object]) -> bytes:
    """Deploy one of the test wallets; each argument is (ABI type, value)."""
    return evm.deploy(creation_codes("Wallets.sol")[name] + encode([kind for kind, _ in args], [v for _, v in args]))


def wallet_signature(registry: Registry, key: bytes, signer: Signer = SIGNER) -> bytes:
    plain = signer.sign_anchor(registry, ISSUER, BATCHES, key=key)
    return encode(["bytes32", "bytes32", "uint8"], [plain[:32], plain[32:64], plain[64]])


def test_a_wallet_contract_signs_by_erc_1271(registry: Registry) -> None:
    at = wallet(registry.evm, "OwnedWallet", ("address", SIGNER.address))
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    events = registry.events(STRANGER, *anchor_call(wallet_signature(registry, at), signer=at))
    assert [event.args["key"] for event in events] == [at, at]


def test_a_wallet_contract_can_be_an_issuer(registry: Registry) -> None:
    at = wallet(registry.evm, "OwnedWallet", ("address", SIGNER.address))
    run = keccak(b"run(address,bytes)")[:4] + encode(
        ["address", "bytes"], [registry.address, encode_call("anchor", at, ROOT, 4)]
    )
    assert registry.evm.send(SIGNER.address, at, run).ok
    assert registry.ask("batchOf", at, ROOT)[0] == at


def test_a_signature_for_one_wallet_is_none_for_another_of_the_same_owner(registry: Registry) -> None:
    first, second = (wallet(registry.evm, "OwnedWallet", ("address", SIGNER.address)) for _ in range(2))
    for at in (first, second):
        registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    signature = wallet_signature(registry, first)
    assert refused(registry, STRANGER, *anchor_call(signature, signer=second)).name == "SignatureInvalid"
    registry.send(STRANGER, *anchor_call(signature, signer=first))


def test_a_wallet_refuses_what_another_signed(registry: Registry) -> None:
    at = wallet(registry.evm, "OwnedWallet", ("address", SIGNER.address))
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    signature = wallet_signature(registry, at, Signer("somebody else"))
    assert refused(registry, STRANGER, *anchor_call(signature, signer=at)).name == "SignatureInvalid"


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        (bytes.fromhex("1626ba7e") + bytes(28), True),
        (bytes.fromhex("1626ba7e") + bytes(60), True),
        (bytes.fromhex("1626ba7e"), False),
        (bytes.fromhex("1626ba7e") + bytes(27), False),
        (bytes.fromhex("1626ba7e") + bytes(27) + b"\1", False),
        (bytes(28) + bytes.fromhex("1626ba7e"), False),
        (bytes(31) + b"\1", False),
        (bytes(32), False),
        (b"", False),
    ],
)
def test_only_the_exact_answer_of_erc_1271_counts(registry: Registry, answer: bytes, accepted: bool) -> None:
    at = wallet(registry.evm, "FixedAnswer", ("bytes", answer))
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    if accepted:
        registry.send(STRANGER, *anchor_call(b"whatever", signer=at))
    else:
        assert refused(registry, STRANGER, *anchor_call(b"whatever", signer=at)).name == "SignatureInvalid"


@pytest.mark.parametrize("name", ["RevertingYes", "GasBurner"])
def test_a_wallet_that_fails_signs_nothing(registry: Registry, name: str) -> None:
    at = wallet(registry.evm, name)
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    assert refused(registry, STRANGER, *anchor_call(b"", signer=at)).name == "SignatureInvalid"


def test_an_endless_answer_costs_the_registry_no_memory(registry: Registry) -> None:
    at = wallet(registry.evm, "EndlessYes")
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    receipt = registry.send(STRANGER, *anchor_call(b"", signer=at))
    # The wallet itself pays 2 M for its answer; a copy of it would cost as much again.
    assert receipt.gas_used < 2_500_000


def test_a_wallet_can_not_enter_again_while_it_is_asked(registry: Registry) -> None:
    at = wallet(registry.evm, "ReenteringYes")
    registry.send(ISSUER, "setKey", ISSUER, at, ANCHOR_ROLE, 0)
    registry.send(STRANGER, *anchor_call(b"", signer=at))
    assert registry.ask("countOf", at) == 0
    assert registry.ask("nonceOf", at) == 0


def test_an_account_with_delegated_code_still_signs_by_ecdsa(registry: Registry) -> None:
    at = wallet(registry.evm, "RevertingYes")
    registry.send(ISSUER, "setKey", ISSUER, SIGNER.address, ANCHOR_ROLE, 0)
    registry.evm.set_code(SIGNER.address, b"\xef\x01\x00" + at)
    registry.send(STRANGER, *anchor_call(SIGNER.sign_anchor(registry, ISSUER, BATCHES)))
