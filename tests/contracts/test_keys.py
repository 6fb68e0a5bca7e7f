"""Keys: roles, expiry, distrust, and the admin that an issuer always has."""

from __future__ import annotations

import pytest

from tests.contracts.people import ADMIN, ISSUER, OPERATOR, OTHER_ISSUER, OTHER_ROOT, ROOT, STRANGER, digest
from tests.contracts.registry import (
    ACCREDIT_ROLE,
    ACTIVE,
    ADMIN_ROLE,
    ALL_ROLES,
    ANCHOR_ROLE,
    DISTRUSTED,
    REVOKE,
    Registry,
    Reverted,
    refused,
)


def test_an_unseen_address_holds_all_roles_over_itself_and_none_elsewhere(registry: Registry) -> None:
    assert registry.ask("keyOf", ISSUER, ISSUER) == (ALL_ROLES, 0, 0, 0)
    assert registry.ask("keyOf", OTHER_ISSUER, ISSUER) == (0, 0, 0, 0)


@pytest.mark.parametrize("role", [1, 2, 4, 8, 16])
def test_a_role_opens_its_own_calls_and_no_other(registry: Registry, role: int) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 9)
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, role, 0)
    calls = {
        1: [("anchor", ISSUER, OTHER_ROOT, 1), ("anchorMany", ISSUER, [(OTHER_ROOT, 1)])],
        2: [("setStatus", ISSUER, ROOT, 1, 0, [(0, 1)]), ("setBatchStatus", ISSUER, ROOT, 2, 0)],
        4: [("revoke", ISSUER, ROOT, 0, 0), ("setBatchStatus", ISSUER, ROOT, REVOKE, 0)],
        8: [("accredit", ISSUER, STRANGER, digest("scope"), 1, 2, "")],
        16: [
            ("setKey", ISSUER, STRANGER, 1, 0),
            ("distrustKey", ISSUER, STRANGER, 1),
            ("setProfile", ISSUER, digest("profile"), ""),
        ],
    }
    for needed, group in calls.items():
        for call in group:
            if needed == role:
                registry.send(OPERATOR, *call)
            else:
                assert refused(registry, OPERATOR, *call) == Reverted("RoleMissing", (ISSUER, OPERATOR, needed))


def test_setting_a_key_says_who_set_it(registry: Registry) -> None:
    later = registry.evm.time + 10
    [event] = registry.events(ISSUER, "setKey", ISSUER, OPERATOR, 7, later)
    assert event.args == {"issuer": ISSUER, "account": OPERATOR, "admin": ISSUER, "roles": 7, "expiresAt": later}
    assert registry.ask("keyOf", ISSUER, OPERATOR) == (7, registry.evm.time, later, 0)


def test_an_expired_key_can_do_nothing_more_and_what_it_did_stands(registry: Registry) -> None:
    end = registry.evm.time + 10
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, end)
    registry.evm.time = end - 1
    registry.send(OPERATOR, "anchor", ISSUER, ROOT, 1)
    registry.evm.time = end
    assert refused(registry, OPERATOR, "anchor", ISSUER, OTHER_ROOT, 1) == Reverted(
        "KeyExpired", (ISSUER, OPERATOR, end)
    )
    assert refused(registry, OPERATOR, "anchor", ISSUER, ROOT, 1).name == "KeyExpired"
    assert registry.ask("statusOf", ISSUER, ROOT, 0) == ACTIVE
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    registry.send(OPERATOR, "anchor", ISSUER, OTHER_ROOT, 1)


def test_a_removed_key_can_do_nothing_more_and_what_it_did_stands(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    registry.send(OPERATOR, "anchor", ISSUER, ROOT, 1)
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, 0, 0)
    assert refused(registry, OPERATOR, "anchor", ISSUER, OTHER_ROOT, 1).name == "RoleMissing"
    assert registry.ask("statusOf", ISSUER, ROOT, 0) == ACTIVE


@pytest.mark.parametrize("ago", [0, 1, 1_000_000])
def test_an_expiry_that_is_not_in_the_future_is_refused(registry: Registry, ago: int) -> None:
    moment = registry.evm.time - ago
    assert refused(registry, ISSUER, "setKey", ISSUER, OPERATOR, 1, moment) == Reverted(
        "ExpiryInPast", (moment, registry.evm.time)
    )


def test_the_zero_address_and_unknown_roles_are_refused(registry: Registry) -> None:
    assert refused(registry, ISSUER, "setKey", ISSUER, bytes(20), 1, 0).name == "AccountIsZero"
    assert refused(registry, ISSUER, "distrustKey", ISSUER, bytes(20), 1).name == "AccountIsZero"
    assert refused(registry, ISSUER, "setKey", ISSUER, OPERATOR, 32, 0) == Reverted("RolesUnknown", (32,))


@pytest.mark.parametrize("roles", [0, 1, 15])
def test_an_admin_can_not_drop_its_own_role(registry: Registry, roles: int) -> None:
    own = Reverted("AdminCannotDropItself", (ISSUER, ISSUER))
    assert refused(registry, ISSUER, "setKey", ISSUER, ISSUER, roles, 0) == own
    registry.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    assert refused(registry, ISSUER, "setKey", ISSUER, ISSUER, roles, 0) == own
    assert refused(registry, ADMIN, "setKey", ISSUER, ADMIN, roles, 0).name == "AdminCannotDropItself"
    assert refused(registry, ADMIN, "distrustKey", ISSUER, ADMIN, 1).name == "AdminCannotDropItself"


def test_an_admin_may_give_up_every_role_but_admin(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, ISSUER, ADMIN_ROLE, 0)
    assert refused(registry, ISSUER, "anchor", ISSUER, ROOT, 1).name == "RoleMissing"
    registry.send(ISSUER, "setKey", ISSUER, ISSUER, ALL_ROLES, 0)
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 1)


def test_an_admin_never_expires(registry: Registry) -> None:
    later = registry.evm.time + 10
    for account in (ISSUER, ADMIN):
        assert refused(registry, ISSUER, "setKey", ISSUER, account, ADMIN_ROLE, later) == Reverted(
            "AdminCannotExpire", (ISSUER, account)
        )
    # Otherwise: an admin with an expiry removes the other one, and when it expires nobody is left.


def test_another_admin_can_replace_the_issuers_own_key(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    registry.send(ADMIN, "setKey", ISSUER, ISSUER, 0, 0)
    assert refused(registry, ISSUER, "anchor", ISSUER, ROOT, 1).name == "RoleMissing"
    assert refused(registry, ISSUER, "setKey", ISSUER, ISSUER, ALL_ROLES, 0).name == "RoleMissing"
    registry.send(ADMIN, "anchor", ISSUER, ROOT, 1)
    registry.send(ADMIN, "setKey", ISSUER, ISSUER, ALL_ROLES, 0)
    registry.send(ISSUER, "anchor", ISSUER, OTHER_ROOT, 1)


def test_keys_of_one_issuer_are_nothing_to_another(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    for call in (
        ("anchor", OTHER_ISSUER, ROOT, 1),
        ("setKey", OTHER_ISSUER, ADMIN, ALL_ROLES, 0),
        ("distrustKey", OTHER_ISSUER, OTHER_ISSUER, 1),
        ("setProfile", OTHER_ISSUER, digest("x"), ""),
        ("accredit", OTHER_ISSUER, ADMIN, digest("x"), 1, 2, ""),
    ):
        assert refused(registry, ADMIN, *call).name == "RoleMissing"


def test_distrust_starts_at_the_second_and_spares_what_is_older(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    start = registry.evm.time
    for second in range(4):
        registry.evm.time = start + second
        registry.send(OPERATOR, "anchor", ISSUER, digest(str(second)), 1)
        registry.send(ISSUER, "anchor", ISSUER, digest(f"own {second}"), 1)
    [event] = registry.events(ISSUER, "distrustKey", ISSUER, OPERATOR, start + 2)
    assert event.args == {"issuer": ISSUER, "account": OPERATOR, "admin": ISSUER, "from": start + 2}

    def statuses(prefix: str) -> list[int]:
        return [registry.ask("statusOf", ISSUER, digest(f"{prefix}{second}"), 0) for second in range(4)]

    assert statuses("") == [ACTIVE, ACTIVE, DISTRUSTED, DISTRUSTED]
    assert statuses("own ") == [ACTIVE] * 4
    assert registry.ask("batchOf", ISSUER, digest("2")) == (OPERATOR, start + 2, 1, False, False, False, start + 2)


def test_distrust_only_moves_back(registry: Registry) -> None:
    now = registry.evm.time
    registry.send(ISSUER, "distrustKey", ISSUER, OPERATOR, now - 10)
    assert refused(registry, ISSUER, "distrustKey", ISSUER, OPERATOR, now - 9) == Reverted(
        "DistrustOutOfRange", (now - 10, now - 9, now)
    )
    assert registry.events(ISSUER, "distrustKey", ISSUER, OPERATOR, now - 10) == []
    registry.send(ISSUER, "distrustKey", ISSUER, OPERATOR, now - 11)
    registry.send(ISSUER, "distrustKey", ISSUER, OPERATOR, 1)
    assert registry.ask("keyOf", ISSUER, OPERATOR) == (0, now, 0, 1)


@pytest.mark.parametrize("start", ["zero", "future"])
def test_distrust_from_zero_or_from_the_future_is_refused(registry: Registry, start: str) -> None:
    moment = 0 if start == "zero" else registry.evm.time + 1
    assert refused(registry, ISSUER, "distrustKey", ISSUER, OPERATOR, moment) == Reverted(
        "DistrustOutOfRange", (0, moment, registry.evm.time)
    )


def test_a_distrusted_key_never_has_a_role_again(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ALL_ROLES, 0)
    registry.send(ISSUER, "distrustKey", ISSUER, OPERATOR, registry.evm.time)
    for call in (
        ("anchor", ISSUER, ROOT, 1),
        ("setKey", ISSUER, OPERATOR, ALL_ROLES, 0),
        ("setProfile", ISSUER, digest("x"), ""),
    ):
        assert refused(registry, OPERATOR, *call).name == "RoleMissing"
    for roles in (0, 1, ALL_ROLES):
        assert refused(registry, ISSUER, "setKey", ISSUER, OPERATOR, roles, 0) == Reverted(
            "KeyIsDistrusted", (ISSUER, OPERATOR)
        )
    # It is still its own master in its own name.
    registry.send(OPERATOR, "anchor", OPERATOR, ROOT, 1)


def test_the_issuers_own_key_can_be_distrusted_before_it_was_ever_set(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, ADMIN, ALL_ROLES, 0)
    registry.send(ADMIN, "distrustKey", ISSUER, ISSUER, registry.evm.time)
    assert refused(registry, ISSUER, "anchor", ISSUER, ROOT, 1).name == "RoleMissing"
    assert registry.ask("keyOf", ISSUER, ISSUER)[0] == 0


def test_a_profile_is_set_and_withdrawn_by_an_admin(registry: Registry) -> None:
    [event] = registry.events(ISSUER, "setProfile", ISSUER, digest("profile"), "https://example.org/profile.json")
    assert event.args["uri"] == "https://example.org/profile.json"
    assert registry.ask("profileOf", ISSUER) == digest("profile")
    registry.send(ISSUER, "setProfile", ISSUER, bytes(32), "")
    assert registry.ask("profileOf", ISSUER) == bytes(32)


def test_an_accreditation_is_a_window_that_can_be_replaced(registry: Registry) -> None:
    registry.send(ISSUER, "setKey", ISSUER, OPERATOR, ACCREDIT_ROLE, 0)
    scope = digest("scope")
    [event] = registry.events(OPERATOR, "accredit", ISSUER, STRANGER, scope, 5, 9, "uri")
    assert event.args == {
        "accreditor": ISSUER,
        "subject": STRANGER,
        "scope": scope,
        "key": OPERATOR,
        "validFrom": 5,
        "validUntil": 9,
        "uri": "uri",
    }
    assert registry.ask("accreditationOf", ISSUER, STRANGER, scope) == (5, 9)
    assert registry.ask("accreditationOf", OPERATOR, STRANGER, scope) == (0, 0)
    assert refused(registry, OPERATOR, "accredit", ISSUER, STRANGER, scope, 9, 5, "").name == "WindowReversed"
    registry.send(OPERATOR, "accredit", ISSUER, STRANGER, scope, 0, 0, "")
    assert registry.ask("accreditationOf", ISSUER, STRANGER, scope) == (0, 0)


def test_a_window_of_the_greatest_times_is_kept_whole(registry: Registry) -> None:
    last = 2**40 - 1
    registry.send(ISSUER, "accredit", ISSUER, STRANGER, digest("scope"), last - 1, last, "")
    assert registry.ask("accreditationOf", ISSUER, STRANGER, digest("scope")) == (last - 1, last)
