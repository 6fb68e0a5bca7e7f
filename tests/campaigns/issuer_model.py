"""What an issuer has promised to do, and whether chain, journal and files say that exactly this was done.

The model hears of a transaction when it enters the journal. From then on it must be on the chain once, whatever dies,
fails or vanishes; what never entered the journal must never be there. What the registry holds in the end is worked out
by the contract's own model in plain Python.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from credroot.chain.registry.calls import Role
from credroot.core.values import Digest, Root
from credroot.store.journal_records import BatchState, OperationState
from tests.campaigns.anchor_campaign import files_lead_to
from tests.contracts.model import Model, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from credroot.chain.writing.writer import ChainWriter, Receipt
    from credroot.core.values import Address
    from credroot.store.journal_records import Attempt, Operation
    from tests.campaigns.desk import Desk

    Effect = Callable[[Model, int, bytes], None]
    """What a call does to the contract's model, at a time, by a key."""
    Name = tuple[Address, int, bytes]
    """Sender, number and data: what makes a transaction of ours this one and no other."""

SELECTOR, WORD = 4, 32
EIGHTH = 8
"""A replacement offers an eighth more: what every node takes."""


class Broken(AssertionError):
    """The issuer did something that it never may, at the moment that it did it."""


def anchored_by(data: bytes) -> tuple[Root, int]:
    """Give root and leaf count of the call data of `anchor`."""
    words = data[SELECTOR:]
    return Root(Digest(words[WORD : 2 * WORD])), int.from_bytes(words[2 * WORD : 3 * WORD])


@dataclass
class Promise:
    """One transaction that entered the journal, with every attempt at it."""

    sender: Address
    nonce: int
    data: bytes
    kind: str
    attempts: list[Attempt]

    def receipt(self, chain: ChainWriter) -> Receipt | None:
        """Give the receipt of the attempt that is in a block of the present chain."""
        found = [
            receipt
            for one in self.attempts
            if (receipt := chain.receipt(one.hash)) is not None
            if (block := chain.block(receipt.block_number)) is not None and block.hash == receipt.block_hash
        ]
        if len(found) > 1:
            raise Broken(f"{self.kind} {self.nonce} was mined {len(found)} times")
        return found[0] if found else None

    def is_starved(self, receipt: Receipt) -> bool:
        """Answer whether it ran out of gas: its estimate was of a state in which there was less to do.

        To reinstate who is not suspended is cheap; where a reorganisation brings the suspension back, it is not.
        """
        limits = [one.gas for one in self.attempts if one.hash == receipt.transaction]
        return not receipt.succeeded and limits == [receipt.gas_used]


@dataclass
class IssuerModel:
    """Everything that was promised in the name of one issuer, over every journal that it had."""

    issuer: Address
    effects: dict[bytes, Effect] = field(default_factory=dict)
    """What the calls do that are no anchors, by their data."""
    promises: dict[Name, Promise] = field(default_factory=dict)
    remembered: set[Name] = field(default_factory=set)
    """Those that the present journal knows: an old copy that was restored has forgotten the others."""
    names: dict[Root, str] = field(default_factory=dict)
    """The batch that each root was made for."""
    foreign: dict[Digest, tuple[Address, bytes]] = field(default_factory=dict)
    """Transactions that somebody else sent with a key of ours: the account, and the bytes."""
    accepted: set[str] = field(default_factory=set)
    """Batches of a forgotten time that a person vouched for."""

    # -- what the model hears, at the moment that it happens --

    def promised(self, operation: Operation, attempt: Attempt) -> None:
        """A transaction entered the journal."""
        assert operation.nonce is not None
        name = (operation.sender, operation.nonce, operation.data)
        if any(known[:2] == name[:2] for known in self.remembered):
            raise Broken(f"number {operation.nonce} was given out twice")
        known = self.promises.setdefault(
            name, Promise(operation.sender, operation.nonce, operation.data, operation.kind, [])
        )
        known.attempts.append(attempt)
        self.remembered.add(name)

    def bumped(self, operation: Operation, attempt: Attempt) -> None:
        """A replacement entered the journal: an eighth above the one before it, and within what the issuer allows."""
        assert operation.nonce is not None
        promise = self.promises[operation.sender, operation.nonce, operation.data]
        last = promise.attempts[-1]
        for before, after in ((last.max_fee_wei, attempt.max_fee_wei), (last.tip_wei, attempt.tip_wei)):
            if after * EIGHTH < before * (EIGHTH + 1):
                raise Broken(f"a replacement offers {after} after {before}")
        if operation.caps.fee_wei is not None and attempt.max_fee_wei > operation.caps.fee_wei:
            raise Broken("a replacement offers more than the issuer allows")
        promise.attempts.append(attempt)

    def sending(self, journal: Path, raw: bytes) -> None:
        """Bytes are about to be sent: they must be in the journal's file, as another process sees it."""
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as file:
            if file.execute("SELECT 1 FROM attempt WHERE raw = ?", (raw,)).fetchone() is None:
                raise Broken("a transaction was sent before it was written down")

    def publishing(self, chain: ChainWriter, root: Root, confirmations: int) -> None:
        """A batch's files lie in their place: its anchor must be final at this moment."""
        head = chain.block("latest")
        assert head is not None
        for promise in self.promises.values():
            if promise.kind == "anchor" and anchored_by(promise.data)[0] == root:
                receipt = promise.receipt(chain)
                if receipt and receipt.succeeded and head.number - receipt.block_number + 1 >= confirmations:
                    return
        raise Broken("a batch was published before its anchor was final")

    def restored(self, operations: tuple[Operation, ...]) -> None:
        """An old copy of the journal took the place of the present one."""
        self.remembered = {(one.sender, one.nonce, one.data) for one in operations if one.nonce is not None}

    def estimated(self, chain: ChainWriter, sender: Address, data: bytes, refused: bool) -> None:
        """The chain said whether it would take a call now. It counts what waits in its pool, so that must be empty."""
        head = chain.block("latest")
        assert head is not None
        senders = {promise.sender for promise in self.promises.values()} | {sender}
        if any(chain.nonce(one) != chain.nonce(one, "latest") for one in senders):
            return
        try:
            self.apply(self.registry(chain), data, head.timestamp + 1, bytes(sender))
            expected = False
        except Refused:
            expected = True
        if refused is not expected:
            raise Broken(f"the chain would {'refuse' if refused else 'take'} what the model would not")

    # -- what holds at any time --

    @property
    def forgotten(self) -> list[Promise]:
        """What entered a journal that is gone."""
        return [promise for name, promise in self.promises.items() if name not in self.remembered]

    def mined(self, chain: ChainWriter) -> list[tuple[Promise, Receipt]]:
        """Give what is on the present chain, in its order. One transaction of an account is in a block at most."""
        found = [(one, receipt) for one in self.promises.values() if (receipt := one.receipt(chain)) is not None]
        return sorted(found, key=lambda pair: (pair[1].block_number, _place(chain, pair[1])))

    def registry(self, chain: ChainWriter) -> Model:
        """Work out what the registry holds; raise `Broken` where it did or refused something else."""
        model = Model()
        for promise, receipt in self.mined(chain):
            if promise.is_starved(receipt):
                continue
            block = chain.block(receipt.block_number)
            assert block is not None
            try:
                self.apply(model, promise.data, block.timestamp, bytes(promise.sender))
                expected = True
            except Refused:
                expected = False
            if receipt.succeeded is not expected:
                raise Broken(f"{promise.kind} {promise.nonce}: the chain says {receipt.succeeded}")
        return model

    def apply(self, model: Model, data: bytes, time: int, key: bytes) -> None:
        """Do to the contract's model what a call does; raise `Refused` where the contract would."""
        if data in self.effects:
            self.effects[data](model, time, key)
        else:
            root, leaf_count = anchored_by(data)
            model.anchor(time, key, bytes(self.issuer), [(bytes(root), leaf_count)])

    # -- what holds once everything that was promised had its time --

    def judge(self, desk: Desk) -> list[str]:
        """Hold model, chain, journal and files against each other."""
        found = self._judge_payments(desk.chain)
        registry = self.registry(desk.chain)
        found += self.judge_registry(desk, registry)
        found += self._judge_journal(desk)
        found += self._judge_files(desk, registry)
        return found

    def _judge_payments(self, chain: ChainWriter) -> list[str]:
        mined = self.mined(chain)
        found: list[str] = []
        for sender in {promise.sender for promise in self.promises.values()} | {
            who for who, _raw in self.foreign.values()
        }:
            theirs = sum(who == sender and chain.receipt(one) is not None for one, (who, _raw) in self.foreign.items())
            ours = sum(promise.sender == sender for promise, _receipt in mined)
            if chain.nonce(sender, "latest") != ours + theirs:
                found.append(f"{sender}: paid {chain.nonce(sender, 'latest')}, promised {ours}, not ours {theirs}")
        anchored: dict[str, int] = {}
        for promise, receipt in mined:
            if promise.kind == "anchor" and receipt.succeeded:
                name = self.names[anchored_by(promise.data)[0]]
                anchored[name] = anchored.get(name, 0) + 1
        return found + [
            f"doubled: {name} was paid {count} times"
            for name, count in anchored.items()
            if count > 1 and name not in self.accepted
        ]

    def judge_registry(self, desk: Desk, registry: Model) -> list[str]:
        from credroot.chain.registry.facts import Query
        from credroot.issuer.identity.key_roles import key_record
        from credroot.issuer.sending.recorded_events import anchor_count

        found = []
        if anchor_count(desk.bench) != registry.counts.get(bytes(self.issuer), 0):
            found.append("the registry counts another number of batches")
        queries = [
            Query(self.issuer, Root(Digest(root)), index)
            for (_issuer, root), batch in registry.batches.items()
            for index in range(batch.leaf_count)
        ]
        for query, facts in zip(queries, desk.bench.reader.read(queries), strict=True):
            expected = registry.status(bytes(self.issuer), bytes(query.root), query.index)
            if int(facts.status) != expected:
                found.append(f"{query.index} of {query.root} is {facts.status!r} and should be {expected}")
            if (facts.profile or b"") != registry.profiles.get(bytes(self.issuer), b""):
                found.append("the profile differs")
        for (_issuer, account), key in registry.keys.items():
            record = key_record(desk.bench, type(self.issuer)(account))
            if (record.roles, record.distrusted_from) != (Role(key.roles), key.distrusted_from):
                found.append(f"the key {account.hex()} differs")
        return found

    def _judge_journal(self, desk: Desk) -> list[str]:
        found = []
        kept = {(one.sender, one.nonce, one.data) for one in desk.journal.operations() if one.nonce is not None}
        if kept != self.remembered:
            found.append("the journal holds other transactions than those that entered it")
        for operation in desk.journal.operations():
            if operation.nonce is None:
                continue
            receipt = self.promises[operation.sender, operation.nonce, operation.data].receipt(desk.chain)
            if operation.state is OperationState.ABANDONED and not (receipt and receipt.succeeded):
                continue
            if operation.state is OperationState.REPLACED_EXTERNALLY and self._is_taken(desk, operation, receipt):
                continue  # whoever ordered it was told, and orders it again
            expected = OperationState.FINAL if receipt and receipt.succeeded else OperationState.REVERTED
            if receipt is None or operation.state is not expected:
                found.append(f"lost: {operation.label} is {operation.state} in the journal, {receipt} on the chain")
            elif (operation.transaction, operation.block_hash) != (receipt.transaction, receipt.block_hash):
                found.append(f"{operation.label} is in another block than the journal says")
        return found

    def _is_taken(self, desk: Desk, operation: Operation, receipt: Receipt | None) -> bool:
        """Answer whether a transaction that this journal can't know used the number of an operation."""
        if receipt is not None:
            return receipt.transaction not in {attempt.hash for attempt in desk.journal.attempts(operation.id)}
        others = {who for who, _raw in self.foreign.values()} | {promise.sender for promise in self.forgotten}
        return operation.sender in others

    def _judge_files(self, desk: Desk, registry: Model) -> list[str]:
        found = []
        for record in desk.journal.batches():
            published = desk.folder(record.name).published
            if record.state is not BatchState.PUBLISHED:
                found.append(f"lost: batch {record.name} is {record.state}")
                continue
            batch = registry.batches.get((bytes(self.issuer), bytes(record.root or b"")))
            if batch is None or not files_lead_to(published, record.root, batch.leaf_count):
                found.append(f"differing: the files of {record.name} are not those of its event")
        return found


def _place(chain: ChainWriter, receipt: Receipt) -> int:
    found: Any = chain.rpc.call("eth_getTransactionReceipt", ["0x" + receipt.transaction.hex()])
    return int(found["transactionIndex"], 16)
