"""Anchoring: who may, what stays for ever, what happens the second time."""

from __future__ import annotations

import pytest

from tests.contracts.evm import Evm
from tests.contracts.people import ISSUER, OPERATOR, OTHER_ISSUER, OTHER_ROOT, ROOT, STRANGER, digest
from tests.contracts.registry import ACTIVE, ALL_ROLES, ANCHOR_ROLE, UNKNOWN, Registry, Reverted, encode_call, refused


def test_an_address_that_was_never_seen_anchors_in_its_own_name(registry: Registry, evm: Evm) -> None:
    [event] = registry.events(ISSUER, "anchor", ISSUER, ROOT, 25)
    assert event.name == "BatchAnchored"
    assert event.args == {"issuer": ISSUER, "root": ROOT, "key": ISSUER, "leafCount": 25, "sequence": 1}
    assert registry.ask("batchOf", ISSUER, ROOT) == (ISSUER, evm.time, 25, False, False, False, 0)
    assert registry.ask("statusOf", ISSUER, ROOT, 24) == ACTIVE
    assert registry.ask("keyOf", ISSUER, ISSUER) == (ALL_ROLES, 0, 0, 0)


def test_nobody_anchors_in_the_name_of_another(registry: Registry) -> None:
    assert refused(registry, STRANGER, "anchor", ISSUER, ROOT, 1) == Reverted(
        "RoleMissing", (ISSUER, STRANGER, ANCHOR_ROLE)
    )


def test_a_copied_root_is_anchored_under_the_name_of_who_copied_it(registry: Registry) -> None:
    registry.send(STRANGER, "anchor", STRANGER, ROOT, 1)
    assert registry.ask("statusOf", ISSUER, ROOT, 0) == UNKNOWN
    [event] = registry.events(ISSUER, "anchor", ISSUER, ROOT, 1)
    assert event.args["sequence"] == 1


def test_an_index_past_the_end_is_unknown(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 25)
    assert registry.ask("statusOf", ISSUER, ROOT, 25) == UNKNOWN
    assert registry.ask("statusOf", ISSUER, ROOT, 2**256 - 1) == UNKNOWN


def test_anchoring_again_changes_nothing_and_emits_nothing(registry: Registry, evm: Evm) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 25)
    before = evm.storage(registry.address)
    evm.time += 100
    assert registry.events(ISSUER, "anchor", ISSUER, ROOT, 25) == []
    assert registry.events(OPERATOR, "anchor", ISSUER, ROOT, 25) == []
    assert registry.events(ISSUER, "anchorMany", ISSUER, [(ROOT, 25), (ROOT, 25)]) == []
    assert evm.storage(registry.address) == before


def test_anchoring_again_still_needs_the_role(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 25)
    assert refused(registry, STRANGER, "anchor", ISSUER, ROOT, 25).name == "RoleMissing"


@pytest.mark.parametrize("other", [24, 26, 1, 2**32 - 1])
def test_another_leaf_count_for_an_anchored_root_is_refused(registry: Registry, other: int) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 25)
    assert refused(registry, ISSUER, "anchor", ISSUER, ROOT, other) == Reverted(
        "LeafCountDiffers", (ISSUER, ROOT, 25, other)
    )
    assert refused(registry, ISSUER, "anchorMany", ISSUER, [(OTHER_ROOT, 1), (OTHER_ROOT, 2)]).name == (
        "LeafCountDiffers"
    )
    assert registry.ask("statusOf", ISSUER, OTHER_ROOT, 0) == UNKNOWN


def test_a_batch_without_leaves_is_refused(registry: Registry) -> None:
    assert refused(registry, ISSUER, "anchor", ISSUER, ROOT, 0) == Reverted("EmptyBatch", (ISSUER, ROOT))
    assert refused(registry, ISSUER, "anchorMany", ISSUER, [(OTHER_ROOT, 1), (ROOT, 0)]).name == "EmptyBatch"


def test_an_empty_list_is_refused(registry: Registry) -> None:
    assert refused(registry, ISSUER, "anchorMany", ISSUER, []).name == "NothingGiven"


def test_a_leaf_count_beyond_32_bits_never_reaches_the_contract(registry: Registry) -> None:
    call = bytearray(encode_call("anchor", ISSUER, ROOT, 1))
    call[-5] = 1
    receipt = registry.evm.send(ISSUER, registry.address, bytes(call))
    assert (receipt.ok, receipt.output) == (False, b"")


def test_the_greatest_leaf_count_is_kept_whole(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 2**32 - 1)
    assert registry.ask("batchOf", ISSUER, ROOT)[2] == 2**32 - 1
    assert registry.ask("statusOf", ISSUER, ROOT, 2**32 - 2) == ACTIVE
    assert registry.ask("statusOf", ISSUER, ROOT, 2**32 - 1) == UNKNOWN


def test_a_list_is_anchored_whole_or_not_at_all(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 5)
    refused(registry, ISSUER, "anchorMany", ISSUER, [(digest("new"), 1), (ROOT, 6)])
    assert registry.ask("statusOf", ISSUER, digest("new"), 0) == UNKNOWN
    assert registry.ask("countOf", ISSUER) == 1


def test_five_hundred_batches_fit_one_transaction(registry: Registry) -> None:
    many = [(digest(str(number)), number + 1) for number in range(500)]
    events = registry.events(ISSUER, "anchorMany", ISSUER, many)
    assert [event.args["sequence"] for event in events] == list(range(1, 501))
    assert registry.ask("countOf", ISSUER) == 500


def test_the_count_is_the_number_of_batches_whoever_anchored_them(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 1)
    [event] = registry.events(OPERATOR, "anchor", ISSUER, OTHER_ROOT, 1)
    assert event.args["key"] == OPERATOR
    assert event.args["sequence"] == registry.ask("countOf", ISSUER) == 2
    assert registry.ask("countOf", OPERATOR) == registry.ask("countOf", OTHER_ISSUER) == 0


def test_the_count_survives_every_change_of_the_issuers_own_key(registry: Registry, evm: Evm) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 1)
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ALL_ROLES, 0)
    registry.send(OPERATOR, "setKey", ISSUER, ISSUER, 0, 0)
    registry.send(OPERATOR, "distrustKey", ISSUER, ISSUER, evm.time)
    assert registry.ask("countOf", ISSUER) == 1
    [event] = registry.events(OPERATOR, "anchor", ISSUER, OTHER_ROOT, 1)
    assert event.args["sequence"] == 2
    assert registry.ask("keyOf", ISSUER, ISSUER) == (0, evm.time, 0, evm.time)


def test_the_registry_takes_no_money(registry: Registry) -> None:
    registry.evm.fund(ISSUER, 10)
    assert not registry.evm.send(ISSUER, registry.address, encode_call("anchor", ISSUER, ROOT, 1), value=1).ok
    assert not registry.evm.send(ISSUER, registry.address, b"", value=1).ok
