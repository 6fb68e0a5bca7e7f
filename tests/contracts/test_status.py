"""Suspension, revocation and ratification: what can be lifted and what is for ever."""

from __future__ import annotations

import pytest

from tests.contracts.people import ADMIN, ISSUER, OPERATOR, OTHER_ROOT, ROOT, STRANGER
from tests.contracts.registry import (
    ACTIVE,
    ADMIN_ROLE,
    ALL_ROLES,
    ANCHOR_ROLE,
    DISTRUSTED,
    REINSTATE,
    REVOKE,
    REVOKE_ROLE,
    REVOKED,
    SUSPEND,
    SUSPEND_ROLE,
    SUSPENDED,
    Registry,
    Reverted,
    refused,
)

EVERY_BIT = 2**256 - 1


@pytest.fixture
def batch(registry: Registry) -> Registry:
    """A registry with one batch of 600 credentials: two whole words and one of 88 bits."""
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 600)
    return registry


def status(registry: Registry, index: int) -> int:
    answer: int = registry.ask("statusOf", ISSUER, ROOT, index)
    return answer


def test_a_revoked_credential_is_revoked_and_its_neighbours_are_not(batch: Registry) -> None:
    [event] = batch.events(ISSUER, "revoke", ISSUER, ROOT, 257, 1)
    assert event.name == "StatusChanged"
    assert event.args == {
        "issuer": ISSUER,
        "root": ROOT,
        "key": ISSUER,
        "action": REVOKE,
        "index": 1,
        "mask": 2,
        "reason": 1,
    }
    assert [status(batch, index) for index in (1, 256, 257, 258, 513)] == [ACTIVE, ACTIVE, REVOKED, ACTIVE, ACTIVE]


def test_nothing_lifts_a_revocation(batch: Registry) -> None:
    batch.send(ISSUER, "revoke", ISSUER, ROOT, 5, 0)
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, REINSTATE, 0, [(0, EVERY_BIT)])
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 32)])
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, REINSTATE, 0, [(0, 32)])
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, SUSPEND, 0)
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, REINSTATE, 0)
    batch.send(ISSUER, "anchor", ISSUER, ROOT, 600)
    assert status(batch, 5) == REVOKED


def test_nothing_lifts_the_revocation_of_a_batch(batch: Registry) -> None:
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, REVOKE, 0)
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, REINSTATE, 0)
    assert batch.events(ISSUER, "anchor", ISSUER, ROOT, 600) == []
    assert status(batch, 0) == status(batch, 599) == REVOKED


def test_a_suspension_can_be_lifted(batch: Registry) -> None:
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 7, [(2, 1 << 87)])
    assert (status(batch, 598), status(batch, 599)) == (ACTIVE, SUSPENDED)
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, REINSTATE, 8, [(2, 1 << 87)])
    assert status(batch, 599) == ACTIVE


def test_the_flag_of_a_batch_and_the_bits_of_its_credentials_are_independent(batch: Registry) -> None:
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 1)])
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, SUSPEND, 0)
    assert (status(batch, 0), status(batch, 1)) == (SUSPENDED, SUSPENDED)
    batch.send(ISSUER, "setBatchStatus", ISSUER, ROOT, REINSTATE, 0)
    assert (status(batch, 0), status(batch, 1)) == (SUSPENDED, ACTIVE)


@pytest.mark.parametrize(
    ("index", "mask"),
    [
        (2, 1 << 88),
        (2, 1 << 255),
        (2, EVERY_BIT),
        (3, 1),
        (2**24, 1),
        (2**248, 1),
        (2**256 - 1, 1),
        (2**256 - 1, EVERY_BIT),
    ],
)
@pytest.mark.parametrize("action", [SUSPEND, REINSTATE, REVOKE])
def test_a_mask_beyond_the_last_leaf_is_refused(batch: Registry, index: int, mask: int, action: int) -> None:
    error = refused(batch, ISSUER, "setStatus", ISSUER, ROOT, action, 0, [(0, 1), (index, mask)])
    assert error == Reverted("MaskBeyondBatch", (index, mask, 600))
    assert status(batch, 0) == ACTIVE


@pytest.mark.parametrize("count", [1, 255, 256, 257, 511, 512])
def test_the_last_leaf_of_any_count_can_be_revoked_and_the_next_one_not(registry: Registry, count: int) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, count)
    word, bit = divmod(count, 256)
    error = refused(registry, ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(word, 1 << bit)])
    assert error == Reverted("MaskBeyondBatch", (word, 1 << bit, count))
    assert refused(registry, ISSUER, "revoke", ISSUER, ROOT, count, 0) == Reverted("IndexBeyondBatch", (count, count))
    word, bit = divmod(count - 1, 256)
    registry.send(ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(word, (2 << bit) - 1)])
    assert status(registry, count - 1) == REVOKED
    revoked, suspended = registry.ask("statusWords", ISSUER, ROOT, 0, 9)
    assert (revoked[-1], suspended[-1], len(revoked)) == ((2 << bit) - 1, 0, word + 1)


def test_the_last_word_of_the_greatest_batch_is_checked_too(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 2**32 - 1)
    registry.send(ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(2**24 - 1, 1 << 254)])
    assert status(registry, 2**32 - 2) == REVOKED
    assert refused(registry, ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(2**24 - 1, 1 << 255)]).name == (
        "MaskBeyondBatch"
    )


def test_an_empty_list_is_refused_and_an_empty_mask_does_nothing(batch: Registry) -> None:
    assert refused(batch, ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, []).name == "NothingGiven"
    assert batch.events(ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(0, 0)]) == []


def test_a_thousand_words_fit_one_call(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 256 * 1000)
    events = registry.events(
        ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(index, EVERY_BIT) for index in range(1000)]
    )
    assert len(events) == 1000
    assert registry.ask("statusWords", ISSUER, ROOT, 0, 1000)[0] == (EVERY_BIT,) * 1000


def test_only_the_bits_that_changed_are_in_the_event(batch: Registry) -> None:
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 0b0110)])
    [event] = batch.events(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 0b1111)])
    assert event.args["mask"] == 0b1001
    assert batch.events(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 0b1111)]) == []
    [event] = batch.events(ISSUER, "setStatus", ISSUER, ROOT, REINSTATE, 0, [(0, 0b11000)])
    assert event.args["mask"] == 0b1000


def test_a_repeated_status_changes_nothing_and_emits_nothing(batch: Registry) -> None:
    for call in (
        ("revoke", ISSUER, ROOT, 3, 0),
        ("setBatchStatus", ISSUER, ROOT, SUSPEND, 0),
        ("setBatchStatus", ISSUER, ROOT, REINSTATE, 0),
        ("setBatchStatus", ISSUER, ROOT, REVOKE, 0),
    ):
        assert len(batch.events(ISSUER, *call)) == 1
        assert batch.events(ISSUER, *call) == []


@pytest.mark.parametrize(
    ("call", "role"),
    [
        (("revoke", ISSUER, ROOT, 0, 0), REVOKE_ROLE),
        (("setStatus", ISSUER, ROOT, REVOKE, 0, [(0, 1)]), REVOKE_ROLE),
        (("setStatus", ISSUER, ROOT, SUSPEND, 0, [(0, 1)]), SUSPEND_ROLE),
        (("setStatus", ISSUER, ROOT, REINSTATE, 0, [(0, 1)]), SUSPEND_ROLE),
        (("setBatchStatus", ISSUER, ROOT, REVOKE, 0), REVOKE_ROLE),
        (("setBatchStatus", ISSUER, ROOT, SUSPEND, 0), SUSPEND_ROLE),
        (("setBatchStatus", ISSUER, ROOT, REINSTATE, 0), SUSPEND_ROLE),
    ],
)
def test_each_change_of_status_needs_its_own_role(batch: Registry, call: tuple[object, ...], role: int) -> None:
    function, *args = call
    batch.send(ISSUER, "setKey", ISSUER, OPERATOR, ALL_ROLES - role - ADMIN_ROLE, 0)
    for sender in (OPERATOR, STRANGER):
        assert refused(batch, sender, str(function), *args) == Reverted("RoleMissing", (ISSUER, sender, role))
    batch.send(ISSUER, "setKey", ISSUER, OPERATOR, role, 0)
    batch.send(OPERATOR, str(function), *args)


def test_a_status_without_an_action_is_refused(batch: Registry) -> None:
    assert refused(batch, ISSUER, "setStatus", ISSUER, ROOT, 0, 0, [(0, 1)]).name == "ActionMissing"
    assert refused(batch, ISSUER, "setBatchStatus", ISSUER, ROOT, 0, 0).name == "ActionMissing"
    assert refused(batch, ISSUER, "setBatchStatus", ISSUER, ROOT, 4, 0) == Reverted("", ())


def test_the_status_of_an_unknown_batch_is_refused(registry: Registry) -> None:
    for call in (
        ("revoke", ISSUER, ROOT, 0, 0),
        ("setStatus", ISSUER, ROOT, REVOKE, 0, [(0, 1)]),
        ("setBatchStatus", ISSUER, ROOT, REVOKE, 0),
        ("ratifyBatch", ISSUER, ROOT),
    ):
        assert refused(registry, ISSUER, *call) == Reverted("BatchUnknown", (ISSUER, ROOT))


def test_status_words_come_in_pages_and_end_with_the_batch(batch: Registry) -> None:
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, REVOKE, 0, [(0, 1), (1, 2), (2, 4)])
    batch.send(ISSUER, "setStatus", ISSUER, ROOT, SUSPEND, 0, [(1, 8)])
    ask = batch.ask
    assert ask("statusWords", ISSUER, ROOT, 0, 2**256 - 1) == ((1, 2, 4), (0, 8, 0))
    assert ask("statusWords", ISSUER, ROOT, 1, 1) == ((2,), (8,))
    assert ask("statusWords", ISSUER, ROOT, 2, 5) == ((4,), (0,))
    assert ask("statusWords", ISSUER, ROOT, 3, 5) == ((), ())
    assert ask("statusWords", ISSUER, ROOT, 2**256 - 1, 2**256 - 1) == ((), ())
    assert ask("statusWords", ISSUER, OTHER_ROOT, 0, 5) == ((), ())


def test_what_can_not_be_lifted_is_said_first(batch: Registry) -> None:
    batch.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    batch.send(ADMIN, "setBatchStatus", ISSUER, ROOT, SUSPEND, 0)
    assert status(batch, 0) == SUSPENDED
    batch.send(ADMIN, "distrustKey", ISSUER, ISSUER, 1)
    assert status(batch, 0) == DISTRUSTED
    batch.send(ADMIN, "revoke", ISSUER, ROOT, 0, 0)
    assert (status(batch, 0), status(batch, 1)) == (REVOKED, DISTRUSTED)
    batch.send(ADMIN, "ratifyBatch", ISSUER, ROOT)
    assert (status(batch, 0), status(batch, 1)) == (REVOKED, SUSPENDED)


def test_a_batch_can_not_be_ratified_in_advance(batch: Registry) -> None:
    batch.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    assert refused(batch, ISSUER, "ratifyBatch", ISSUER, ROOT) == Reverted("BatchNotDistrusted", (ISSUER, ROOT))
    # Otherwise a stolen admin key could anchor and ratify, and its batch would outlive the distrust.
    batch.send(ADMIN, "distrustKey", ISSUER, ISSUER, 1)
    assert status(batch, 0) == DISTRUSTED
    assert refused(batch, ISSUER, "ratifyBatch", ISSUER, ROOT).name == "RoleMissing"


def test_a_ratified_batch_is_good_again_and_stays_so(batch: Registry) -> None:
    batch.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    batch.send(OPERATOR, "anchor", ISSUER, OTHER_ROOT, 3)
    batch.send(ISSUER, "distrustKey", ISSUER, OPERATOR, batch.evm.time)
    assert batch.ask("statusOf", ISSUER, OTHER_ROOT, 0) == DISTRUSTED
    [event] = batch.events(ISSUER, "ratifyBatch", ISSUER, OTHER_ROOT)
    assert event.args == {"issuer": ISSUER, "root": OTHER_ROOT, "admin": ISSUER}
    assert batch.events(ISSUER, "ratifyBatch", ISSUER, OTHER_ROOT) == []
    batch.send(ISSUER, "distrustKey", ISSUER, OPERATOR, 1)
    assert batch.ask("statusOf", ISSUER, OTHER_ROOT, 0) == ACTIVE


def test_only_an_admin_ratifies(batch: Registry) -> None:
    batch.send(ISSUER, "setKey", ISSUER, OPERATOR, ALL_ROLES - ADMIN_ROLE, 0)
    assert refused(batch, OPERATOR, "ratifyBatch", ISSUER, ROOT).name == "RoleMissing"
