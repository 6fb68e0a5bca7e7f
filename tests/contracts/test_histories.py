"""Random histories: the contract against the model, step by step, and its storage against its logs.

One run makes CREDROOT_HISTORIES histories of CREDROOT_STEPS steps (default 80 of 40). The long campaign:
`CREDROOT_HISTORIES=10000 CREDROOT_STEPS=500 .venv/bin/pytest tests/contracts/test_histories.py`.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.contracts import tree
from tests.contracts.evm import Evm
from tests.contracts.model import Model, Refused
from tests.contracts.people import digest
from tests.contracts.rebuild import slots_from
from tests.contracts.registry import INVALID_PROOF, UNKNOWN, Event, Registry, Reverted, decode_log
from tests.contracts.signing import FAR, Signer

SIGNERS = [Signer(f"history {index}") for index in range(5)]
KEY_OF = {signer.address: signer for signer in SIGNERS}
ACCOUNTS = [signer.address for signer in SIGNERS]
TREES = {tree.root(count): count for count in (1, 2, 3, 5, 7, 255, 256, 257, 600)}
ROOTS = list(TREES)

# A few issuers and roots only, so that calls meet; issuers are accounts too. The last account never is one.
issuers = st.sampled_from(ACCOUNTS[:2])
accounts = st.sampled_from(ACCOUNTS)
roots = st.sampled_from(ROOTS)
# Mostly the true count, at times one that nobody meant.
leaf_counts = st.integers(0, 9).map(lambda number: {0: 0, 1: 1, 2: 2**32 - 1}.get(number))
batches = st.lists(st.tuples(roots, leaf_counts), max_size=4)
actions = st.sampled_from([0, 1, 1, 2, 2, 3])
reasons = st.integers(0, 2**32 - 1)
# Ages of the batches that each history starts with, and a second beside them.
ages = st.sampled_from([0, 9, 10, 11, 20, 21, 30, 40, 50, 60])
masks = st.one_of(st.integers(0, 255).map(lambda bit: 1 << bit), st.integers(0, 31), st.integers(0, 2**256 - 1))
word_indexes = st.one_of(st.integers(0, 3), st.sampled_from([2**24, 2**256 - 1]))
words = st.lists(st.tuples(word_indexes, masks), max_size=3)
times = st.integers(0, 3)
roles = st.one_of(st.integers(0, 31), st.sampled_from([1, 6, 7, 16, 31, 32, 255]))
MARK: dict[str, Any] = {}


def with_counts(chosen: list[tuple[bytes, int | None]]) -> list[tuple[bytes, int]]:
    return [(root, TREES[root] if count is None else count) for root, count in chosen]


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        if not MARK:
            registry = Registry(Evm())
            MARK["registry"], MARK["mark"] = registry, registry.evm.snapshot()
        self.registry: Registry = MARK["registry"]
        self.evm = self.registry.evm
        self.evm.restore(MARK["mark"])
        self.model = Model()
        self.events: list[Event] = []

    def both(self, sender: bytes, call: tuple[Any, ...], expected: Any) -> None:
        """Send a call; the contract must do or refuse what `expected` does or refuses on the model."""
        try:
            expected()
        except Refused as refusal:
            wanted = str(refusal)
        else:
            wanted = ""
        found = ""
        try:
            receipt = self.registry.send(sender, *call)
            self.events += [decode_log(log) for log in receipt.logs]
        except Reverted as error:
            found = error.name
        assert found == wanted, call

    @initialize()
    def some_keys_and_batches(self) -> None:
        """Start where calls meet something: an admin and an operator beside each issuer, and a few batches."""
        for issuer in ACCOUNTS[:2]:
            self.set_key(issuer, issuer, ACCOUNTS[2], 31, 0)
            self.set_key(issuer, issuer, ACCOUNTS[3], 7, 0)
            for sender, root in zip((issuer, *ACCOUNTS[2:4]), ROOTS[3:6], strict=True):
                self.anchor(sender, issuer, root, None)
                self.time_passes(10)

    @rule(seconds=st.integers(1, 100))
    def time_passes(self, seconds: int) -> None:
        self.evm.time += seconds

    @rule(sender=accounts, issuer=issuers, root=roots, count=leaf_counts)
    def anchor(self, sender: bytes, issuer: bytes, root: bytes, count: int | None) -> None:
        [batch] = with_counts([(root, count)])
        self.both(sender, ("anchor", issuer, *batch), lambda: self.model.anchor(self.evm.time, sender, issuer, [batch]))

    @rule(sender=accounts, issuer=issuers, chosen=batches)
    def anchor_many(self, sender: bytes, issuer: bytes, chosen: list[tuple[bytes, int | None]]) -> None:
        given = with_counts(chosen)
        self.both(
            sender, ("anchorMany", issuer, given), lambda: self.model.anchor(self.evm.time, sender, issuer, given)
        )

    @rule(sender=accounts, signer=accounts, issuer=issuers, chosen=batches)
    def anchor_by_sig(
        self, sender: bytes, signer: bytes, issuer: bytes, chosen: list[tuple[bytes, int | None]]
    ) -> None:
        given = with_counts(chosen)
        signature = KEY_OF[signer].sign_anchor(self.registry, issuer, given)
        self.both(
            sender,
            ("anchorBySig", issuer, given, signer, FAR, signature),
            lambda: self.model.anchor(self.evm.time, signer, issuer, given),
        )

    @rule(sender=accounts, issuer=issuers, root=roots, index=st.integers(0, 700), reason=reasons)
    def revoke(self, sender: bytes, issuer: bytes, root: bytes, index: int, reason: int) -> None:
        self.both(
            sender,
            ("revoke", issuer, root, index, reason),
            lambda: self.model.revoke(self.evm.time, sender, issuer, root, index),
        )

    @rule(sender=accounts, issuer=issuers, root=roots, action=actions, reason=reasons, chosen=words)
    def set_status(
        self, sender: bytes, issuer: bytes, root: bytes, action: int, reason: int, chosen: list[tuple[int, int]]
    ) -> None:
        self.both(
            sender,
            ("setStatus", issuer, root, action, reason, chosen),
            lambda: self.model.set_status(self.evm.time, sender, issuer, root, action, chosen),
        )

    @rule(
        sender=accounts, signer=accounts, issuer=issuers, root=roots, action=actions, chosen=words, skew=st.booleans()
    )
    def set_status_by_sig(
        self,
        sender: bytes,
        signer: bytes,
        issuer: bytes,
        root: bytes,
        action: int,
        chosen: list[tuple[int, int]],
        skew: bool,
    ) -> None:
        nonce = self.model.nonces.get(signer, 0) + skew
        signature = KEY_OF[signer].sign_status(self.registry, issuer, root, action, chosen, nonce=nonce)

        def expected() -> None:
            if skew:
                raise Refused("NonceDiffers")
            self.model.set_status(self.evm.time, signer, issuer, root, action, chosen)
            self.model.use_nonce(signer, nonce)

        self.both(sender, ("setStatusBySig", issuer, root, action, 0, chosen, signer, nonce, FAR, signature), expected)

    @rule(sender=accounts, ahead=st.integers(-1, 1))
    def invalidate_nonce(self, sender: bytes, ahead: int) -> None:
        nonce = max(0, self.model.nonces.get(sender, 0) + ahead)
        self.both(sender, ("invalidateNonce", nonce), lambda: self.model.use_nonce(sender, nonce))

    @rule(sender=accounts, issuer=issuers, root=roots, action=actions, reason=reasons)
    def set_batch_status(self, sender: bytes, issuer: bytes, root: bytes, action: int, reason: int) -> None:
        self.both(
            sender,
            ("setBatchStatus", issuer, root, action, reason),
            lambda: self.model.set_batch_status(self.evm.time, sender, issuer, root, action),
        )

    @rule(sender=accounts, issuer=issuers, root=roots)
    def ratify_batch(self, sender: bytes, issuer: bytes, root: bytes) -> None:
        self.both(sender, ("ratifyBatch", issuer, root), lambda: self.model.ratify(self.evm.time, sender, issuer, root))

    @rule(
        sender=accounts,
        issuer=issuers,
        account=st.one_of(accounts, st.just(bytes(20))),
        roles=roles,
        life=st.one_of(st.just(0), st.just(0), st.integers(-1, 200)),
    )
    def set_key(self, sender: bytes, issuer: bytes, account: bytes, roles: int, life: int) -> None:
        expires_at = self.evm.time + life if life else 0
        self.both(
            sender,
            ("setKey", issuer, account, roles, expires_at),
            lambda: self.model.set_key(self.evm.time, sender, issuer, account, roles, expires_at),
        )

    @rule(sender=accounts, issuer=issuers, account=accounts, ago=st.one_of(st.integers(-1, 200), ages))
    def distrust_key(self, sender: bytes, issuer: bytes, account: bytes, ago: int) -> None:
        start = self.evm.time - ago
        self.both(
            sender,
            ("distrustKey", issuer, account, start),
            lambda: self.model.distrust(self.evm.time, sender, issuer, account, start),
        )

    @rule(sender=accounts, issuer=issuers, text=st.sampled_from(["", "a", "b"]))
    def set_profile(self, sender: bytes, issuer: bytes, text: str) -> None:
        value = digest(text) if text else bytes(32)
        self.both(
            sender,
            ("setProfile", issuer, value, text),
            lambda: self.model.set_profile(self.evm.time, sender, issuer, value),
        )

    @rule(sender=accounts, issuer=issuers, subject=accounts, scope=st.integers(0, 1), start=times, end=times)
    def accredit(self, sender: bytes, issuer: bytes, subject: bytes, scope: int, start: int, end: int) -> None:
        self.both(
            sender,
            ("accredit", issuer, subject, scope.to_bytes(32), start, end, "uri"),
            lambda: self.model.accredit(self.evm.time, sender, issuer, subject, scope.to_bytes(32), (start, end)),
        )

    @rule(issuer=issuers, root=roots, index=st.integers(0, 700))
    def ask_one(self, issuer: bytes, root: bytes, index: int) -> None:
        status = self.model.status(issuer, root, index)
        assert self.registry.ask("statusOf", issuer, root, index) == status
        batch = self.model.batches.get((issuer, root))
        if batch and batch.leaf_count == TREES[root] and index < batch.leaf_count:
            leaf, path = tree.leaves(TREES[root])[index], tree.path(TREES[root], index)
            assert self.registry.ask("verify", issuer, root, leaf, index, path) == (status, batch.anchored_at)
            wrong = self.registry.ask("verify", issuer, root, leaf, index ^ 1, path)
            assert wrong == (INVALID_PROOF, 0) or TREES[root] == 1
        elif batch is None:
            assert self.registry.ask("verify", issuer, root, root, index, []) == (UNKNOWN, 0)

    @invariant()
    def an_issuer_always_has_an_admin(self) -> None:
        assert all(self.model.admins(self.evm.time, issuer) for issuer in ACCOUNTS[:2])

    def teardown(self) -> None:
        self.the_logs_alone_rebuild_every_slot()
        self.the_views_agree_with_the_model()

    def the_logs_alone_rebuild_every_slot(self) -> None:
        assert slots_from(self.events) == self.evm.storage(self.registry.address)

    def the_views_agree_with_the_model(self) -> None:
        ask = self.registry.ask
        for issuer in ACCOUNTS[:2]:
            assert ask("countOf", issuer) == self.model.counts.get(issuer, 0)
            assert ask("profileOf", issuer) == self.model.profiles.get(issuer, bytes(32))
            for account in ACCOUNTS:
                key = self.model.key(issuer, account)
                assert ask("keyOf", issuer, account) == (key.roles, key.since, key.expires_at, key.distrusted_from)
        for (issuer, root), batch in self.model.batches.items():
            start = self.model.key(issuer, batch.key).distrusted_from
            flags = (batch.revoked, batch.suspended, batch.ratified, start)
            assert ask("batchOf", issuer, root) == (batch.key, batch.anchored_at, batch.leaf_count, *flags)
            size = min(4, (batch.leaf_count + 255) // 256)
            bits = [sum(1 << index for index in leaves) for leaves in (batch.revoked_leaves, batch.suspended_leaves)]
            wanted = tuple(tuple(word >> 256 * place & 2**256 - 1 for place in range(size)) for word in bits)
            assert ask("statusWords", issuer, root, 0, 4) == wanted
            for index in (0, 1, batch.leaf_count - 1, batch.leaf_count):
                assert ask("statusOf", issuer, root, index) == self.model.status(issuer, root, index)
        for (issuer, subject, scope), window in self.model.windows.items():
            assert ask("accreditationOf", issuer, subject, scope) == window
        for signer in ACCOUNTS:
            assert ask("nonceOf", signer) == self.model.nonces.get(signer, 0)


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=int(os.environ.get("CREDROOT_HISTORIES", "80")),
    stateful_step_count=int(os.environ.get("CREDROOT_STEPS", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
