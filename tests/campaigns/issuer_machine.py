"""Campaign B: an issuer's whole life as a random history, against a real node and against a model of what was promised.

Every rule is one command, or one thing that the world does. A command may die at any step of the journal, meet a full
disk or an endpoint that is away, while blocks come, vanish, or ask for more. What the model forbids fails at the moment
that it happens; at the end everything is resumed, and chain, journal, files and model must say the same.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry.calls import Action, Role, set_profile
from credroot.chain.rpc.client import RpcError
from credroot.chain.writing.keystore import signer_from_key
from credroot.core.errors import AnchorRejected, ChainUnavailable, CredrootError, GuardRefused
from credroot.core.reasons import Reason
from credroot.core.values import Digest, Root
from credroot.issuer.batch import preparation
from credroot.issuer.identity.key_roles import intent_to_distrust, intent_to_ratify, intent_to_set
from credroot.issuer.identity.watch import watch_once
from credroot.issuer.sending.intent import Guards, Intent
from credroot.issuer.withdrawal.selection import Target
from credroot.issuer.withdrawal.status_change import intent_for_batch, intents
from credroot.store.journal import JournalError
from credroot.store.journal_records import BatchState
from credroot.store.lock import LockHeld
from tests.campaigns.anvil import Anvil, deploy_registry, running_anvil, test_key
from tests.campaigns.desk import PEOPLE, Desk
from tests.campaigns.fault_proxy import LIES
from tests.campaigns.issuer_model import Broken, IssuerModel
from tests.campaigns.trouble import Killed, Trouble, Witness

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.writing.writer import Receipt
    from tests.contracts.model import Model

CONFIRMATIONS = 3
DEEP = CONFIRMATIONS + 3
BLOCKS_OF_ONE_NODE = 600
"""Behind a thousand blocks, a reorganisation now and then makes anvil lose its state."""
MOST_ROUNDS = 12
"""Everything that was promised must be done after so many runs of a command without trouble."""
MOST_PAUSES = 400
GWEI = 10**9
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

NAMES = ("b0", "b1", "b2", "b3")
names = st.sampled_from(NAMES)
picks = st.integers(0, len(NAMES) - 1)
indexes = st.lists(st.integers(0, PEOPLE - 1), max_size=PEOPLE, unique=True)
"""None of them is the whole batch."""
actions = st.sampled_from(list(Action))
troubles = st.one_of(
    st.just(Trouble()),
    st.builds(Trouble, dies_at=st.integers(0, 24)),
    st.builds(Trouble, full_at=st.integers(0, 8)),
    st.builds(Trouble, lie=st.sampled_from(LIES), is_done_first=st.just(True)),
    st.builds(Trouble, lie=st.sampled_from(LIES), dies_at=st.integers(8, 24), is_done_first=st.booleans()),
    st.builds(
        Trouble, away_at=st.integers(0, 40), away_for=st.sampled_from([1, 1, 3, 100]), is_done_first=st.booleans()
    ),
)
events = st.one_of(
    st.just(("mine", 1)),
    st.just(("idle", 0)),
    st.just(("late", 200)),
    st.just(("drop", 0)),
    st.just(("second process", 0)),
    st.tuples(st.just("clock"), st.sampled_from([-10_000_000, -3_600, -1, 1, 170, 86_400])),
    st.tuples(st.just("dear"), st.integers(1, 60)),
    st.tuples(st.just("reorganise"), st.integers(1, CONFIRMATIONS - 1)),
)
worlds = st.lists(events, max_size=6)
caps = st.sampled_from([None, None, None, 4 * GWEI, 100 * GWEI])
RARE = ("distrust", "deep", "restore", "somebody else")
rarities = st.sampled_from([frozenset(), *map(frozenset, ({one} for one in RARE)), frozenset(("distrust", "restore"))])
"""What happens in some histories only: each of them would soon end most of what the others could show."""


@dataclass
class Tally:
    """What a campaign did, over all its histories."""

    histories: int = 0
    steps: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    promises: int = 0
    attempts: int = 0
    broken_nodes: int = 0
    """Histories that were thrown away because anvil itself had lost the registry."""

    def lines(self) -> list[str]:
        """Say it for people."""
        ended = ", ".join(f"{name} {number}" for name, number in sorted(self.endings.items()))
        happened = ", ".join(f"{name} {number}" for name, number in sorted(self.events.items()))
        return [
            f"histories {self.histories}, steps {self.steps}, transactions {self.promises}, attempts {self.attempts}; "
            f"{self.broken_nodes} histories thrown away because anvil broke",
            f"commands ended: {ended}",
            f"the world: {happened}",
        ]


class Stage:
    """The node on which histories play, one after the other, each with accounts of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tally = Tally()
        self.mutant: dict[str, Any] = {}
        self.rare: frozenset[str] | None = None
        """What happens in all histories, instead of what each of them draws."""
        self._nodes = ExitStack()
        self._patch = pytest.MonkeyPatch()
        # Processes die here, machines don't: what a process wrote is there for the next one without this.
        self._patch.setattr(preparation, "sync_files", lambda _folder: None)
        self._numbers = count()
        self.anvil: Anvil | None = None
        self.deployment: Deployment | None = None

    def next_history(self) -> int:
        """Give a number for another history, on a node that is young enough."""
        if self.anvil is None or self.anvil.head > BLOCKS_OF_ONE_NODE:
            self.end_node()
            self.anvil = self._nodes.enter_context(running_anvil())
            with tempfile.TemporaryDirectory(dir=self.folder) as made:
                self.deployment = deploy_registry(self.anvil, Path(made))
        return next(self._numbers)

    def close(self) -> None:
        """End the node, and leave the process as it was."""
        self.end_node()
        self._patch.undo()

    def end_node(self) -> None:
        """End the node; the next history gets a new one."""
        self._nodes.close()
        self._nodes = ExitStack()
        self.anvil = None


class IssuerMachine(RuleBasedStateMachine):
    """One history: an issuer with a cold key that may do everything, and a hot one that anchors."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.number = self.stage.next_history()
        assert self.stage.anvil is not None
        assert self.stage.deployment is not None
        self.anvil, self.deployment = self.stage.anvil, self.stage.deployment
        self.folder = Path(tempfile.mkdtemp(prefix=f"history-{self.number}-", dir=self.stage.folder))
        self.keys = {name: test_key(f"history {self.stage.folder} {self.number} {name}") for name in ("cold", "hot")}
        self.accounts = {name: signer_from_key(key).address for name, key in self.keys.items()}
        for account in self.accounts.values():
            self.anvil.fund(account)
        self.anvil.set_base_fee(GWEI)
        self.anvil.mine(DEEP + 2)
        self.floor = self.anvil.head
        """The block below which nothing is taken away: the issuer's money is there."""
        self.model = IssuerModel(self.accounts["cold"])
        self.now = START
        self.is_deep = False
        """Whether a block vanished that was final by policy."""
        self.is_restored = False
        self.is_working = self.is_void = False
        self.rare: frozenset[str] = frozenset()

    # -- the desk --

    def desk(self, key: str, world: Callable[[], None]) -> Desk:
        """Sit down with one of the keys."""
        return Desk(
            self.folder / "desk",
            self.anvil.url,
            self.deployment,
            self.keys[key],
            Confirmations(CONFIRMATIONS),
            issuer=self.accounts["cold"],
            world=world,
            clock=lambda: self.now,
            **self.stage.mutant,
        )

    def command(
        self,
        key: str,
        work: Callable[[Desk], Any],
        trouble: Trouble = Trouble(),  # noqa: B008  # it is a constant
        world: list[tuple[str, int]] | None = None,
    ) -> str:
        """Run one command as a process of its own; say how it ended: ``done``, ``killed``, or an error's code."""
        steps, pauses = list(world or []), count()

        def pause() -> None:
            if next(pauses) > MOST_PAUSES:
                raise Broken("it waits for what can't happen")
            self.happen(*(steps.pop(0) if steps else ("mine", 1)))

        ended = "done"
        self.is_working = True
        self.require_sound_node()
        try:
            with self.desk(key, pause) as desk:
                Witness(desk, self.model, trouble, CONFIRMATIONS)
                work(desk)
        except Killed:
            ended = "killed"
        except CredrootError as error:
            ended = error.code
            self.require_sound_node()
            self.require_expected(error, trouble)
        except Broken:
            self.is_void = True
            raise
        finally:
            self.is_working = False
        self.stage.tally.endings[ended] += 1
        return ended

    def require_sound_node(self) -> None:
        """Throw the history away where anvil lost the registry, which no reorganisation of ours can do."""
        if self.anvil.ask("eth_getCode", str(self.deployment.address), "latest") == "0x":
            self.is_void = True
            self.stage.tally.broken_nodes += 1
            self.stage.end_node()
            reject()

    def require_expected(self, error: CredrootError, trouble: Trouble) -> None:
        """A command may only be refused for what is the case."""
        if isinstance(error, JournalError):
            expected = trouble.full_at is not None
        elif isinstance(error, ChainUnavailable):
            expected = trouble.away_at is not None
        else:
            expected = {
                "anchor.reorged": self.is_deep,
                "anchor.replaced": bool(self.model.foreign) or self.is_restored or self.is_deep,
                "guard.journal_behind": self.is_restored,
                "batch.already_anchored": self.is_restored,
                "guard.unknown_pending": self.is_restored or bool(self.model.foreign),
                "guard.chain_behind": self.is_deep,
                "guard.earlier_vanished": self.is_deep,
            }.get(error.code, isinstance(error, AnchorRejected | GuardRefused))
        if not expected:
            raise Broken(f"refused without a reason: {error.code}: {error}") from error

    def fail(self, what: str) -> NoReturn:
        """End the history here: what would be resumed after this says nothing more."""
        self.is_void = True
        raise Broken(what)

    def happen(self, what: str, amount: int) -> None:
        """Let the world move."""
        self.stage.tally.events[what] += 1
        if what == "mine":
            self.anvil.mine(amount)
        elif what in ("late", "clock"):
            self.now += timedelta(seconds=amount)
        elif what == "drop":
            self.anvil.ask("anvil_dropAllTransactions")
            self.somebody_else_insists()
        elif what == "dear":
            self.anvil.set_base_fee(amount * GWEI)
            self.anvil.mine()
        elif what == "second process":
            self.try_a_second_process()
        elif what == "reorganise" and self.anvil.head - amount > self.floor:
            self.anvil.reorganise(amount)
            self.somebody_else_insists()

    def somebody_else_insists(self) -> None:
        """Whoever else uses a key sends again what vanished, as every wallet does."""
        for _account, raw in self.model.foreign.values():
            with suppress(RpcError):  # it is there, or can never be
                self.anvil.ask("eth_sendRawTransaction", "0x" + raw.hex())

    def try_a_second_process(self) -> None:
        """Sit down at the same desk: it is free, or it is refused."""
        try:
            self.desk("hot", self.anvil.mine).__exit__(None, None, None)
        except LockHeld:
            self.stage.tally.endings["lock.held"] += 1
        else:
            if self.is_working:
                raise Broken("two processes hold the same journal")

    def teardown(self) -> None:
        """Resume everything that was promised, then hold all that was said against each other."""
        tally = self.stage.tally
        if self.is_void:
            return
        tally.histories += 1
        tally.promises += len(self.model.promises)
        tally.attempts += sum(len(promise.attempts) for promise in self.model.promises.values())
        self.finish()
        with self.desk("cold", self.anvil.mine) as desk:
            found = self.model.judge(desk)
        if found:
            self.fail("; ".join(found))
        shutil.rmtree(self.folder)

    def finish(self) -> None:
        """Run commands without trouble until nothing is left to do."""
        for _round in range(MOST_ROUNDS):
            ended = [self.command("cold", self.finish_all)]
            ended += [self.command("hot", self.finish_all)]
            for name in self.begun():
                ended.append(self.resume(name))
            if set(ended) == {"done"}:
                return
            self.anvil.mine(CONFIRMATIONS)
        raise Broken(f"it does not come to an end: {ended}")

    def finish_all(self, desk: Desk) -> None:
        """Wait for everything that this key has under way, as the next command of its would."""
        desk.bench.finish_earlier(desk.signer)
        for operation in desk.journal.operations():
            if operation.state.is_open and operation.sender == desk.signer.address:
                desk.bench.settle(desk.bench.submission.reopen(operation), desk.signer)

    def begun(self) -> list[str]:
        """Name the batches of the journal."""
        with self.desk("cold", self.anvil.mine) as desk:
            return [record.name for record in desk.journal.batches()]

    def resume(self, name: str) -> str:
        """Resume a batch as a person would: with whichever key may, vouching for what was forgotten, and again."""
        ended = self.command("hot", lambda desk: desk.anchor(name))
        if ended == "guard.journal_behind":
            self.vouch()
        again = ended == "batch.already_anchored"
        if again:
            ended = self.command("hot", lambda desk: desk.anchor(name, again=True))
        if ended in ("anchor.would_revert", "anchor.reverted"):
            ended = self.command("cold", lambda desk: desk.anchor(name, again=again))
        if ended == "batch.already_anchored":
            ended = self.command("cold", lambda desk: desk.anchor(name, again=True))
        return ended

    def vouch(self) -> None:
        """Accept what a forgotten journal did, as ``issuer watch --accept``."""
        with self.desk("cold", self.anvil.mine) as desk:
            for alarm in watch_once(desk.bench).alarms:
                desk.journal.accept(self.deployment.chain_id, alarm.event.transaction, "looked at", self.now)
        self.model.accepted |= {self.model.names[root] for root in self.model.names}

    # -- the rules --

    @initialize(trouble=troubles, rare=rarities)
    def give_the_hot_key_its_roles(self, trouble: Trouble, rare: frozenset[str]) -> None:
        self.rare = rare if self.stage.rare is None else self.stage.rare
        self.set_key(Role.ANCHOR | Role.SUSPEND, trouble, [])
        if "restore" in self.rare:
            self.back_up()

    @invariant()
    def count_steps(self) -> None:
        self.stage.tally.steps += 1

    @rule(name=names, trouble=troubles, world=worlds, fee=caps)
    def anchor_or_resume(self, name: str, trouble: Trouble, world: list[tuple[str, int]], fee: int | None) -> None:
        guards = Guards(max_fee_wei=fee)
        ended = self.command("hot", lambda desk: desk.anchor(name, guards=guards, early=True), trouble, world)
        if ended == "done":
            self.require_published(name)

    def require_published(self, name: str) -> None:
        with self.desk("cold", self.anvil.mine) as desk:
            if desk.journal.batch(name).state is not BatchState.PUBLISHED or len(desk.published(name)) != PEOPLE:
                self.fail(f"{name} is said to be published")

    @rule(guards=st.sampled_from([None, Guards(max_cost_wei=1), Guards(max_fee_wei=1)]))
    def plan(self, guards: Guards | None) -> None:
        """Ask what something would cost, or order it under a cap that it can't keep."""
        intent = Intent("fund", "anything", self.accounts["hot"], b"", 1)

        def work(desk: Desk) -> None:
            if guards is None:
                desk.submission.cost(desk.signer.address, intent)
            else:
                desk.submission.sign(desk.signer, intent, guards=guards)

        before = self.state()
        self.command("hot", work)
        if self.state() != before:
            self.fail("a plan changed something")

    def state(self) -> tuple[Any, ...]:
        with self.desk("cold", self.anvil.mine) as desk:
            nonces = [desk.chain.nonce(account) for account in self.accounts.values()]
            return (*nonces, desk.journal.batches(), desk.journal.operations())

    def carry_out(
        self,
        key: str,
        make: Callable[[Desk], tuple[Intent, ...]],
        effect: Callable[[Model, int, bytes], None],
        trouble: Trouble,
        world: list[tuple[str, int]],
    ) -> str:
        def work(desk: Desk) -> None:
            for intent in make(desk):
                self.model.effects[intent.data] = effect
                desk.bench.carry_out(desk.signer, intent, Guards())

        return self.command(key, work, trouble, world)

    @rule(
        pick=picks, rows=indexes, action=actions, key=st.sampled_from(["cold", "hot"]), trouble=troubles, world=worlds
    )
    def withdraw(
        self, pick: int, rows: list[int], action: Action, key: str, trouble: Trouble, world: list[tuple[str, int]]
    ) -> None:
        root = self.root(pick)
        if root is None:
            return
        issuer, one = bytes(self.model.issuer), bytes(root)

        def effect(model: Model, time: int, by: bytes) -> None:
            if rows:
                model.set_status(time, by, issuer, one, int(action), [(0, sum(1 << row for row in rows))])
            else:
                model.set_batch_status(time, by, issuer, one, int(action))

        def make(_desk: Desk) -> tuple[Intent, ...]:
            place = (action, Reason.UNDER_REVIEW, self.deployment, self.model.issuer)
            return intents([Target(root, row) for row in rows], *place) if rows else (intent_for_batch(root, *place),)

        self.carry_out(key, make, effect, trouble, world)

    def root(self, pick: int) -> Root | None:
        """Give the root of one of the journal's batches, where one has a root."""
        with self.desk("cold", self.anvil.mine) as desk:
            roots = [record.root for record in desk.journal.batches() if record.root is not None]
        return roots[pick % len(roots)] if roots else None

    @rule(
        roles=st.sampled_from([Role.ANCHOR | Role.SUSPEND, Role.ANCHOR, Role.SUSPEND, Role(0)]),
        trouble=troubles,
        world=worlds,
    )
    def set_key(self, roles: Role, trouble: Trouble, world: list[tuple[str, int]]) -> None:
        issuer, account = bytes(self.model.issuer), bytes(self.accounts["hot"])
        self.carry_out(
            "cold",
            lambda desk: (intent_to_set(desk.bench, self.accounts["hot"], roles),),
            lambda model, time, by: model.set_key(time, by, issuer, account, int(roles), 0),
            trouble,
            world,
        )

    @precondition(lambda self: "distrust" in self.rare)
    @rule(age=st.integers(0, 30), trouble=troubles, world=worlds)
    def distrust(self, age: int, trouble: Trouble, world: list[tuple[str, int]]) -> None:
        issuer, account = bytes(self.model.issuer), bytes(self.accounts["hot"])
        block = self.anvil.ask("eth_getBlockByNumber", "latest", False)
        since = int(block["timestamp"], 16) - age
        self.carry_out(
            "cold",
            lambda desk: (intent_to_distrust(desk.bench, self.accounts["hot"], since),),
            lambda model, time, by: model.distrust(time, by, issuer, account, since),
            trouble,
            world,
        )

    @precondition(lambda self: "distrust" in self.rare)
    @rule(pick=picks, trouble=troubles, world=worlds)
    def ratify(self, pick: int, trouble: Trouble, world: list[tuple[str, int]]) -> None:
        root = self.root(pick)
        if root is None:
            return
        issuer, one = bytes(self.model.issuer), bytes(root)
        self.carry_out(
            "cold",
            lambda desk: (intent_to_ratify(desk.bench, root),),
            lambda model, time, by: model.ratify(time, by, issuer, one),
            trouble,
            world,
        )

    @rule(digest=st.sampled_from([Digest.sha256(b"one"), Digest.sha256(b"two")]), trouble=troubles, world=worlds)
    def point_to_a_profile(self, digest: Digest, trouble: Trouble, world: list[tuple[str, int]]) -> None:
        issuer = bytes(self.model.issuer)
        data = set_profile(self.model.issuer, digest, "")
        self.carry_out(
            "cold",
            lambda _desk: (Intent("profile", "profile", self.deployment.address, data),),
            lambda model, time, by: model.set_profile(time, by, issuer, bytes(digest)),
            trouble,
            world,
        )

    @rule(event=events)
    def the_world_moves(self, event: tuple[str, int]) -> None:
        self.happen(*event)

    @precondition(lambda self: "deep" in self.rare)
    @rule()
    def final_blocks_vanish(self) -> None:
        if self.anvil.head - DEEP > self.floor:
            self.stage.tally.events["deep"] += 1
            self.is_deep = True
            self.anvil.reorganise(DEEP)

    @precondition(lambda self: "somebody else" in self.rare)
    @rule(key=st.sampled_from(["cold", "hot"]))
    def somebody_else_uses_the_key(self, key: str) -> None:
        account = self.accounts[key]
        nonce = int(self.anvil.ask("eth_getTransactionCount", str(account), "latest"), 16)
        price = {"type": 2, "maxFeePerGas": 900 * GWEI, "maxPriorityFeePerGas": 300 * GWEI}
        transaction = {"chainId": int(self.deployment.chain_id), "nonce": nonce, "gas": 21_000, "value": 1, **price}
        raw, digest = signer_from_key(self.keys[key]).sign_transaction({**transaction, "to": str(account), "data": b""})
        self.model.foreign[digest] = account, raw
        self.somebody_else_insists()
        self.stage.tally.events["somebody else"] += 1

    @precondition(lambda self: "restore" in self.rare)
    @rule()
    def back_up(self) -> None:
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        shutil.copytree(self.folder / "desk", self.folder / "backup")

    @precondition(lambda self: "restore" in self.rare)
    @rule(name=names, trouble=st.sampled_from([Trouble(), Trouble(dies_at=4), Trouble(dies_at=9)]))
    def an_old_copy_is_restored(self, name: str, trouble: Trouble) -> None:
        """What waits is mined, and what is mined is final, before work goes on: lost bytes can't be sent again."""
        shutil.rmtree(self.folder / "desk")
        shutil.copytree(self.folder / "backup", self.folder / "desk")
        self.is_restored = True
        self.stage.tally.events["restored"] += 1
        with self.desk("cold", self.anvil.mine) as desk:
            self.model.restored(desk.journal.operations())
        self.command("hot", lambda desk: desk.anchor(name), trouble)
        self.anvil.mine(CONFIRMATIONS + 1)
        self.floor = self.anvil.head

    @rule()
    def the_alarm_tells_what_the_journal_does_not_know(self) -> None:
        def work(desk: Desk) -> None:
            alarms = {alarm.event.transaction for alarm in watch_once(desk.bench).alarms}
            # What changes nothing has no event: to revoke what is revoked, say.
            done = {receipt.transaction for _promise, receipt in self.model.mined(desk.chain) if self.logs(receipt)}
            unknown = {one for one in done if not desk.journal.knows_transaction(self.deployment.chain_id, one)}
            if alarms != unknown:
                raise Broken(f"{len(alarms)} alarms for {len(unknown)} transactions")

        self.command("cold", work)

    def logs(self, receipt: Receipt) -> list[Any]:
        """Give the events of a transaction."""
        found: list[Any] = self.anvil.ask("eth_getTransactionReceipt", "0x" + receipt.transaction.hex())["logs"]
        return found

    @rule()
    def the_registry_holds_what_was_promised(self) -> None:
        with self.desk("cold", self.anvil.mine) as desk:
            registry = self.model.registry(desk.chain)
            found = self.model.judge_registry(desk, registry)
        if found:
            self.fail("; ".join(found))
