"""The journal: what it promises about order, uniqueness and durability."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from credroot.core.errors import InputError
from credroot.core.values import Address, ChainId, Digest, Root
from credroot.store.journal import Journal, JournalError
from credroot.store.journal_records import Attempt, BatchState, Operation, OperationState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CHAIN = ChainId(31_337)
SENDER = Address(b"s" * 20)
REGISTRY = Address(b"r" * 20)
ROOT = Root(Digest(b"R" * 32))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def attempt(number: int) -> Attempt:
    return Attempt(Digest(bytes([number]) * 32), b"raw", 21_000, 10**30, 2, NOW)


def prepared(journal: Journal, name: str = "one") -> None:
    journal.add_batch(name, request_digest=Digest(b"q" * 32), chain_id=CHAIN, registry=REGISTRY, issuer=SENDER, at=NOW)
    journal.batch_prepared(name, root=ROOT, leaf_count=3, checked_by="somebody else", at=NOW)


def signed(journal: Journal, nonce: int = 0, batch: str | None = None) -> Operation:
    return journal.add_operation(
        kind="anchor",
        label="a batch",
        chain_id=CHAIN,
        sender=SENDER,
        to=REGISTRY,
        data=b"data",
        value_wei=10**24,
        nonce=nonce,
        attempt=attempt(nonce + 1),
        at=NOW,
        batch=batch,
    )


def test_a_batch_walks_through_its_states(journal: Journal) -> None:
    journal.add_batch("one", request_digest=Digest(b"q" * 32), chain_id=CHAIN, registry=REGISTRY, issuer=SENDER, at=NOW)
    assert journal.batch("one").state is BatchState.PREPARING
    journal.batch_prepared("one", root=ROOT, leaf_count=3, checked_by="somebody else", at=NOW)
    assert journal.batch("one").state is BatchState.PREPARED
    operation = signed(journal, batch="one")
    assert journal.batch("one").state is BatchState.SIGNED
    for state in (OperationState.BROADCAST, OperationState.FINAL):
        journal.set_state(operation.id, state, NOW)
        assert journal.batch("one").state == state.value
    journal.batch_published("one", NOW)
    assert journal.batch("one").state is BatchState.PUBLISHED
    assert [line.state for line in journal.history("one")] == [
        "preparing", "prepared", "signed", "broadcast", "final", "published",
    ]  # fmt: skip


def test_what_was_written_is_read_back_equal(journal: Journal) -> None:
    operation = signed(journal)
    assert (operation.sender, operation.to, operation.value_wei, operation.nonce) == (SENDER, REGISTRY, 10**24, 0)
    assert journal.attempts(operation.id) == (attempt(1),)
    journal.set_mined(
        operation.id,
        transaction=attempt(1).hash,
        block_number=7,
        block_hash=Digest(b"b" * 32),
        gas_used=50_000,
        fee_wei=10**20,
        succeeded=True,
        at=NOW,
    )
    mined = journal.operation(operation.id)
    assert (mined.state, mined.block_number, mined.fee_wei) == (OperationState.MINED, 7, 10**20)
    assert (mined.transaction, mined.block_hash) == (attempt(1).hash, Digest(b"b" * 32))


def test_going_back_from_mined_forgets_the_block(journal: Journal) -> None:
    operation = signed(journal)
    journal.set_mined(
        operation.id,
        transaction=attempt(1).hash,
        block_number=7,
        block_hash=Digest(b"b" * 32),
        gas_used=1,
        fee_wei=1,
        succeeded=True,
        at=NOW,
    )
    journal.set_state(operation.id, OperationState.SIGNED, NOW)
    back = journal.operation(operation.id)
    assert (back.block_number, back.block_hash, back.transaction) == (None, None, None)


def test_a_nonce_is_used_once(journal: Journal) -> None:
    signed(journal, nonce=4)
    assert journal.next_nonce(CHAIN, SENDER) == 5
    with pytest.raises(JournalError):
        signed(journal, nonce=4)
    assert journal.next_nonce(ChainId(1), SENDER) == 0


def test_a_batch_gets_one_operation(journal: Journal) -> None:
    prepared(journal)
    signed(journal, nonce=0, batch="one")
    with pytest.raises(JournalError) as refused:
        signed(journal, nonce=1, batch="one")
    assert refused.value.code == "journal.conflict"
    assert len(journal.operations()) == 1


def test_a_batch_that_is_not_prepared_gets_no_operation(journal: Journal) -> None:
    journal.add_batch("one", request_digest=Digest(b"q" * 32), chain_id=CHAIN, registry=REGISTRY, issuer=SENDER, at=NOW)
    with pytest.raises(JournalError):
        signed(journal, batch="one")
    assert journal.operations() == ()


def test_names_are_unique(journal: Journal) -> None:
    prepared(journal)
    with pytest.raises(InputError) as refused:
        prepared(journal)
    assert refused.value.code == "batch.name_taken"


def test_an_unknown_batch_is_the_callers_mistake(journal: Journal) -> None:
    with pytest.raises(InputError) as refused:
        journal.batch("none")
    assert refused.value.code == "batch.unknown"


def test_every_commit_reaches_the_disk(journal: Journal) -> None:
    assert journal._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert journal._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(JournalError) as refused:
        Journal(path)
    assert refused.value.code == "journal.foreign"


def test_a_journal_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal._db.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError) as refused:
        Journal(path)
    assert refused.value.code == "journal.version"


def test_a_journal_of_the_first_release_is_brought_to_this_form_with_all_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        prepared(journal)
        signed(journal, batch="one")
        before = journal.batches(), journal.operations(), journal.history("one")
        for column in ("predecessors", "replaced_at"):
            journal._db.execute(f"ALTER TABLE batch DROP COLUMN {column}")
        journal._db.execute("PRAGMA user_version = 1")
    for _ in range(2):
        with Journal(path) as journal:
            assert (journal.batches(), journal.operations(), journal.history("one")) == before


def test_a_batch_that_takes_the_place_of_others_is_done_when_those_are_revoked(journal: Journal) -> None:
    journal.add_batch(
        "two",
        request_digest=Digest(b"q" * 32),
        chain_id=CHAIN,
        registry=REGISTRY,
        issuer=SENDER,
        at=NOW,
        predecessors=3,
    )
    journal.batch_prepared("two", root=ROOT, leaf_count=3, checked_by="somebody else", at=NOW)
    operation = signed(journal, batch="two")
    journal.set_state(operation.id, OperationState.FINAL, NOW)
    journal.batch_published("two", NOW)
    assert journal.batch("two").state is BatchState.REPLACING
    journal.predecessors_revoked("two", NOW)
    assert journal.batch("two").state is BatchState.PUBLISHED
    assert [line.state for line in journal.history("two")][-2:] == ["replacing", "published"]


def test_the_newest_operation_that_does_the_same_is_found(journal: Journal) -> None:
    assert journal.last_operation(CHAIN, REGISTRY, b"data") is None
    older, newer = signed(journal, nonce=0), signed(journal, nonce=1)
    assert journal.last_operation(CHAIN, REGISTRY, b"data") == newer
    journal.set_state(newer.id, OperationState.ABANDONED, NOW)
    assert journal.last_operation(CHAIN, REGISTRY, b"data") == older
    assert journal.last_operation(CHAIN, REGISTRY, b"other") is None
    assert journal.last_operation(ChainId(1), REGISTRY, b"data") is None


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError):
        Journal(path)


def test_a_failed_commit_leaves_nothing_and_says_so(journal: Journal) -> None:
    prepared(journal)
    journal._db.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalError):
        signed(journal, batch="one")
    journal._db.execute("PRAGMA query_only = OFF")
    assert journal.batch("one").state is BatchState.PREPARED


PAGE = 4_096


def filled(path: Path) -> bytes:
    """Write a journal of many pages, and give its file."""
    with Journal(path) as journal:
        prepared(journal)
        for nonce in range(40):
            journal.add_operation(
                kind="anchor",
                label="a batch",
                chain_id=CHAIN,
                sender=SENDER,
                to=REGISTRY,
                data=b"data" * 125,
                value_wei=0,
                nonce=nonce,
                attempt=attempt(nonce + 1),
                at=NOW,
            )
    return path.read_bytes()


def test_a_page_that_the_disk_lost_is_noticed_when_the_journal_is_opened(tmp_path: Path) -> None:
    whole = filled(tmp_path / "journal.db")
    assert len(whole) > 10 * PAGE
    for start in range(0, len(whole), PAGE):
        path = tmp_path / f"{start}.db"
        path.write_bytes(whole[:start] + b"\xa5" * PAGE + whole[start + PAGE :])
        with pytest.raises(JournalError):
            Journal(path)
        path.write_bytes(whole[: start + PAGE // 2])
        with pytest.raises(JournalError):
            Journal(path)


def test_a_value_that_cannot_be_is_a_damaged_journal(tmp_path: Path) -> None:
    filled(tmp_path / "journal.db")
    for change, read in (
        ("UPDATE operation SET state = 'finnal'", lambda journal: journal.operations()),
        ("UPDATE attempt SET hash = x'00' WHERE operation_id = 1", lambda journal: journal.attempts(1)),
        ("UPDATE batch SET created_at = 'yesterday'", lambda journal: journal.batch("one")),
    ):
        with Journal(tmp_path / "journal.db") as journal:
            journal._db.execute(change)
            with pytest.raises(JournalError) as refused:
                read(journal)
            assert refused.value.code == "journal.damaged"
