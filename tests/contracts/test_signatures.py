"""Signed calls, and every way in which a signature is not the signer's."""

from __future__ import annotations

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.people import ISSUER, OTHER_ISSUER, OTHER_ROOT, ROOT, STRANGER, digest
from tests.contracts.registry import (
    ACTIVE,
    ALL_ROLES,
    ANCHOR_ROLE,
    REINSTATE,
    REVOKE,
    SUSPEND,
    SUSPENDED,
    UNKNOWN,
    Registry,
    Reverted,
    encode_call,
    refused,
)
from tests.contracts.signing import CURVE_ORDER, FAR, Signer

SIGNER = Signer("operator")
BATCHES = [(ROOT, 25), (OTHER_ROOT, 3)]
INVALID = Reverted("SignatureInvalid", (SIGNER.address,))


@pytest.fixture
def ready(registry: Registry) -> Registry:
    """A registry where SIGNER may do everything for ISSUER."""
    registry.send(ISSUER, "setKey", ISSUER, SIGNER.address, ALL_ROLES, 0)
    return registry


def anchor_call(signature: bytes, *, signer: bytes = SIGNER.address, deadline: int = FAR) -> tuple[object, ...]:
    return ("anchorBySig", ISSUER, BATCHES, signer, deadline, signature)


def test_anybody_may_send_what_a_key_signed(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    events = ready.events(STRANGER, *anchor_call(signature))
    assert [(event.args["root"], event.args["key"]) for event in events] == [
        (ROOT, SIGNER.address),
        (OTHER_ROOT, SIGNER.address),
    ]
    assert ready.ask("batchOf", ISSUER, ROOT)[0] == SIGNER.address


def test_who_sends_a_signed_anchor_first_only_does_what_was_wanted(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    assert len(ready.events(OTHER_ISSUER, *anchor_call(signature))) == 2
    before = ready.evm.storage(ready.address)
    assert ready.events(STRANGER, *anchor_call(signature)) == []
    assert ready.evm.storage(ready.address) == before


def test_an_empty_list_that_was_signed_is_refused(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, [])
    assert refused(ready, STRANGER, "anchorBySig", ISSUER, [], SIGNER.address, FAR, signature).name == "NothingGiven"


def test_a_long_list_is_hashed_whole(ready: Registry) -> None:
    many = [(digest(str(number)), number + 1) for number in range(200)]
    signature = SIGNER.sign_anchor(ready, ISSUER, many)
    changed = [*many[:-1], (digest("another"), 200)]
    assert refused(ready, STRANGER, "anchorBySig", ISSUER, changed, SIGNER.address, FAR, signature) == INVALID
    assert len(ready.events(STRANGER, "anchorBySig", ISSUER, many, SIGNER.address, FAR, signature)) == 200


def test_every_part_of_a_signed_anchor_is_covered(ready: Registry) -> None:
    good = (ISSUER, BATCHES, SIGNER.address, FAR, SIGNER.sign_anchor(ready, ISSUER, BATCHES))
    for place, other in (
        (0, OTHER_ISSUER),
        (1, BATCHES[:1]),
        (1, BATCHES[::-1]),
        (1, [(ROOT, 26), BATCHES[1]]),
        (1, [(digest("x"), 25), BATCHES[1]]),
        (2, STRANGER),
        (2, ISSUER),
        (3, FAR + 1),
    ):
        call = [*good]
        call[place] = other  # type: ignore[call-overload]
        assert refused(ready, STRANGER, "anchorBySig", *call).name == "SignatureInvalid"
    ready.send(STRANGER, "anchorBySig", *good)


@pytest.mark.parametrize(
    "domain",
    [
        {"chainId": 2},
        {"verifyingContract": digest("other registry")[:20]},
        {"name": "Credroot"},
        {"version": "2"},
    ],
)
def test_a_signature_for_another_domain_is_refused(ready: Registry, domain: dict[str, object]) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES, **domain)
    assert refused(ready, STRANGER, *anchor_call(signature)) == INVALID


def test_a_signature_does_not_work_at_another_registry_of_the_same_chain(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    second = Registry(ready.evm)
    second.send(ISSUER, "setKey", ISSUER, SIGNER.address, ALL_ROLES, 0)
    assert refused(second, STRANGER, *anchor_call(signature)) == INVALID
    ready.send(STRANGER, *anchor_call(signature))


def test_a_signature_from_before_a_fork_works_on_one_side_only(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    before = ready.ask("domainSeparator")
    ready.evm.fork(chain_id=77)
    assert refused(ready, STRANGER, *anchor_call(signature)) == INVALID
    assert ready.ask("domainSeparator") != before
    assert ready.ask("eip712Domain")[3] == 77
    ready.send(STRANGER, *anchor_call(SIGNER.sign_anchor(ready, ISSUER, BATCHES)))


def test_a_signature_holds_until_its_deadline_and_not_a_second_longer(ready: Registry) -> None:
    deadline = ready.evm.time + 10
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES, deadline=deadline)
    ready.evm.time = deadline + 1
    assert refused(ready, STRANGER, *anchor_call(signature, deadline=deadline)) == Reverted(
        "DeadlinePassed", (deadline, deadline + 1)
    )
    ready.evm.time = deadline
    ready.send(STRANGER, *anchor_call(signature, deadline=deadline))


def test_the_twin_of_a_signature_is_refused(ready: Registry) -> None:
    good = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    r, s, v = good[:32], int.from_bytes(good[32:64]), good[64]
    twin = r + (CURVE_ORDER - s).to_bytes(32) + bytes([27 + 28 - v])
    assert refused(ready, STRANGER, *anchor_call(twin)) == INVALID
    ready.send(STRANGER, *anchor_call(good))


def test_other_spellings_of_a_signature_are_refused(ready: Registry) -> None:
    good = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    r, s, v = good[:32], good[32:64], good[64]
    compact = r + (int.from_bytes(s) | (v - 27) << 255).to_bytes(32)
    for other in (
        compact,
        r + s + bytes([v - 27]),
        r + s + bytes([v + 8]),
        good + b"\0",
        good[:-1],
        b"",
        bytes(65),
        r + bytes(32) + bytes([v]),
        bytes(32) + s + bytes([v]),
    ):
        assert refused(ready, STRANGER, *anchor_call(other)) == INVALID


def test_the_zero_address_signs_nothing_not_even_for_itself(registry: Registry) -> None:
    nobody = bytes(20)
    for signature in (bytes(65), bytes(64) + b"\x1b", b"\xff" * 65):
        error = refused(registry, STRANGER, "anchorBySig", nobody, BATCHES, nobody, FAR, signature)
        assert error == Reverted("SignatureInvalid", (nobody,))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 9])
def test_a_precompiled_contract_signs_nothing(registry: Registry, number: int) -> None:
    signer = number.to_bytes(20)
    error = refused(registry, STRANGER, "anchorBySig", signer, BATCHES, signer, FAR, bytes(65))
    assert error == Reverted("SignatureInvalid", (signer,))


def test_a_signature_of_a_key_without_the_role_is_refused(registry: Registry) -> None:
    signature = SIGNER.sign_anchor(registry, ISSUER, BATCHES)
    assert refused(registry, STRANGER, *anchor_call(signature)) == Reverted(
        "RoleMissing", (ISSUER, SIGNER.address, ANCHOR_ROLE)
    )


def test_taking_the_role_or_distrusting_the_key_stops_a_signature_that_was_not_sent(ready: Registry) -> None:
    signature = SIGNER.sign_anchor(ready, ISSUER, BATCHES)
    end = ready.evm.time + 5
    ready.send(ISSUER, "setKey", ISSUER, SIGNER.address, ANCHOR_ROLE, end)
    ready.evm.time = end
    assert refused(ready, STRANGER, *anchor_call(signature)).name == "KeyExpired"
    ready.send(ISSUER, "setKey", ISSUER, SIGNER.address, 0, 0)
    assert refused(ready, STRANGER, *anchor_call(signature)).name == "RoleMissing"
    ready.send(ISSUER, "distrustKey", ISSUER, SIGNER.address, 1)
    assert refused(ready, STRANGER, *anchor_call(signature)).name == "RoleMissing"


def test_dirty_bits_in_a_signed_leaf_count_are_refused(ready: Registry) -> None:
    wide = [(ROOT, 2**32 + 25)]
    message = {
        "issuer": ISSUER,
        "key": SIGNER.address,
        "batches": [{"root": ROOT, "leafCount": 25}],
        "deadline": FAR,
    }
    call = bytearray(
        encode_call("anchorBySig", ISSUER, [(ROOT, 25)], SIGNER.address, FAR, SIGNER.sign(ready, "Anchor", message))
    )
    place = call.index(ROOT) + 32 + 27
    call[place] = 1
    assert int.from_bytes(call[place - 27 : place + 5]) == wide[0][1]
    assert not ready.evm.send(STRANGER, ready.address, bytes(call)).ok
    assert ready.ask("statusOf", ISSUER, ROOT, 0) == UNKNOWN


# ------------------------------------------------------------------------------------------------- statuses


def status_call(registry: Registry, action: int, nonce: int, *, reason: int = 0) -> tuple[object, ...]:
    words = [(0, 3)]
    signature = SIGNER.sign_status(registry, ISSUER, ROOT, action, words, nonce=nonce, reason=reason)
    return ("setStatusBySig", ISSUER, ROOT, action, reason, words, SIGNER.address, nonce, FAR, signature)


@pytest.fixture
def anchored(ready: Registry) -> Registry:
    ready.send(ISSUER, "anchor", ISSUER, ROOT, 25)
    return ready


def test_a_signed_suspension_can_not_be_replayed_after_it_was_lifted(anchored: Registry) -> None:
    suspend = status_call(anchored, SUSPEND, 0, reason=7)
    names = [event.name for event in anchored.events(STRANGER, *suspend)]
    assert names == ["NonceUsed", "StatusChanged"]
    assert anchored.ask("statusOf", ISSUER, ROOT, 0) == SUSPENDED
    anchored.send(STRANGER, *status_call(anchored, REINSTATE, 1))
    assert refused(anchored, STRANGER, *suspend) == Reverted("NonceDiffers", (SIGNER.address, 2, 0))
    assert anchored.ask("statusOf", ISSUER, ROOT, 0) == ACTIVE


def test_nonces_come_in_order(anchored: Registry) -> None:
    assert refused(anchored, STRANGER, *status_call(anchored, SUSPEND, 1)) == Reverted(
        "NonceDiffers", (SIGNER.address, 0, 1)
    )


def test_a_nonce_is_used_up_also_if_nothing_changes(anchored: Registry) -> None:
    [event] = anchored.events(STRANGER, *status_call(anchored, REINSTATE, 0))
    assert (event.name, event.args) == ("NonceUsed", {"signer": SIGNER.address, "nonce": 0})
    assert anchored.ask("nonceOf", SIGNER.address) == 1


def test_a_refused_call_uses_up_no_nonce(anchored: Registry) -> None:
    anchored.send(ISSUER, "setKey", ISSUER, SIGNER.address, ANCHOR_ROLE, 0)
    assert refused(anchored, STRANGER, *status_call(anchored, SUSPEND, 0)).name == "RoleMissing"
    assert anchored.ask("nonceOf", SIGNER.address) == 0


def test_a_given_up_nonce_voids_its_signature(anchored: Registry) -> None:
    suspend = status_call(anchored, SUSPEND, 0)
    [event] = anchored.events(SIGNER.address, "invalidateNonce", 0)
    assert event.args == {"signer": SIGNER.address, "nonce": 0}
    assert refused(anchored, STRANGER, *suspend).name == "NonceDiffers"
    assert refused(anchored, SIGNER.address, "invalidateNonce", 0) == Reverted("NonceDiffers", (SIGNER.address, 1, 0))


def test_nobody_gives_up_the_nonce_of_another(anchored: Registry) -> None:
    anchored.send(STRANGER, "invalidateNonce", 0)
    anchored.send(STRANGER, *status_call(anchored, SUSPEND, 0))


def test_every_part_of_a_signed_status_is_covered(anchored: Registry) -> None:
    anchored.send(ISSUER, "anchor", ISSUER, OTHER_ROOT, 25)
    function, *good = status_call(anchored, SUSPEND, 0, reason=7)
    for place, other in (
        (0, SIGNER.address),
        (1, OTHER_ROOT),
        (2, REVOKE),
        (3, 8),
        (4, [(0, 1)]),
        (4, [(0, 3), (0, 0)]),
        (5, ISSUER),
        (6, 1),
        (7, FAR - 1),
    ):
        call = [*good]
        call[place] = other
        assert refused(anchored, STRANGER, str(function), *call).name == "SignatureInvalid"
    anchored.send(STRANGER, str(function), *good)


def test_a_signed_anchor_is_no_signed_status(anchored: Registry) -> None:
    signature = SIGNER.sign_anchor(anchored, ISSUER, BATCHES)
    call = ("setStatusBySig", ISSUER, ROOT, REVOKE, 0, [(0, 3)], SIGNER.address, 0, FAR, signature)
    assert refused(anchored, STRANGER, *call) == INVALID


# --------------------------------------------------------------------------------------------------- domain


def test_the_domain_is_the_one_that_eip_5267_describes(registry: Registry) -> None:
    fields, name, version, chain_id, contract, salt, extensions = registry.ask("eip712Domain")
    assert (fields, name, version, chain_id, contract) == (b"\x0f", "Credroot Registry", "1", 1, registry.address)
    assert (salt, extensions, registry.ask("version")) == (bytes(32), (), "1")
    kind = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    words = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
    values = [keccak(kind), keccak(name.encode()), keccak(version.encode()), chain_id, contract]
    assert registry.ask("domainSeparator") == keccak(encode(words, values))
