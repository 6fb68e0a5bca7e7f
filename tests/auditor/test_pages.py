"""Pages of the index: none is missing, none comes twice, and none is of two versions of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from credroot.auditor.index.cursor import PageCursor
from credroot.auditor.index.exports import event_json
from credroot.auditor.index.pages import EventFilter, events_page, issuer_page
from credroot.auditor.ledger.by_issuer import IssuerLedgers
from credroot.auditor.ledger.digest import ledger_entries
from credroot.chain.registry.deployment import Deployment
from credroot.core.errors import InputError
from credroot.core.values import Address, ChainId, Digest
from credroot.store.event_index import EventIndex, Position
from credroot.store.event_index_schema import IndexProblem
from tests.auditor.scribe import ME, OPERATOR, OTHER, Scribe

DEPLOYMENT = Deployment(
    "test", ChainId(5), Address(b"\x05" * 20), Digest(b"\x06" * 32), 1, Digest(bytes(32)), Address(b"\x07" * 20)
)


def block_hash(number: int, branch: int = 0) -> bytes:
    return bytes([branch]) + number.to_bytes(31, "big")


def fill(index: EventIndex, scribe: Scribe, *, above: int = 0, branch: int = 0) -> int:
    """Put the scribe's blocks above a number into the index, as of one branch of the chain."""
    source = index.source(DEPLOYMENT.chain_id, DEPLOYMENT.address, code_hash=DEPLOYMENT.code_hash, deploy_block=1)
    events = [event for event in scribe.events if event.block > above]
    blocks = [(event.block, block_hash(event.block, branch), bytes(32), event.timestamp) for event in events]
    last = events[-1].block
    after = Position(last, block_hash(last, branch))
    index.append(source, [event[:9] for event in events], blocks, before=index.position(source), after=after)
    return source


def twenty_five() -> Scribe:
    scribe = Scribe()
    for number in range(1, 26):
        scribe.anchored(bytes([number]) * 32, number)
    return scribe


def everything() -> Scribe:
    """One event of each common kind, and one accreditation by somebody else."""
    scribe = Scribe().anchored().key_set(OPERATOR, 7).status(3, 6)
    scribe.write("ProfileSet", ME, ME, digest=b"\x09" * 32, uri="https://issuer.example/profile")
    return scribe.accredited(1, 2**39).write("NonceUsed", OTHER, nonce=0)


def pages(index: EventIndex, source: int, wanted: EventFilter | None = None, *, limit: int = 7) -> Iterator[Any]:
    cursor = None
    while True:
        page: Any = events_page(index, source, DEPLOYMENT, wanted, after=cursor, limit=limit)
        yield page
        cursor = page["next"]
        if cursor is None:
            return


def test_pages_follow_one_another_without_a_gap_or_a_repetition(index: EventIndex) -> None:
    source = fill(index, twenty_five())
    found = list(pages(index, source, EventFilter(issuer=ME)))
    assert [event["block"] for page in found for event in page["events"]] == list(range(1, 26))
    assert [len(page["events"]) for page in found] == [7, 7, 7, 4]
    nobody = EventFilter(issuer=Address(b"\x55" * 20))
    assert [page["events"] for page in pages(index, source, nobody)] == [[]]
    batches, after = [], 0
    while after is not None:
        part: Any = issuer_page(index, source, DEPLOYMENT, ME, after=after, limit=10)
        batches += [batch["sequence"] for batch in part["batches"]]
        after = part["next"]
    assert batches == list(range(1, 26))
    assert issuer_page(index, source, DEPLOYMENT, Address(b"\x55" * 20)) is None


def test_a_page_has_what_the_command_writes_and_names_its_block(index: EventIndex) -> None:
    scribe = everything()
    source = fill(index, scribe)
    [page] = pages(index, source)
    assert page["events"] == [event_json(stored) for stored in index.events(source)]
    assert page["network"]["block"] == 6
    assert page["network"]["blockHash"] == "0x" + block_hash(6).hex()
    assert page["network"]["registry"] == str(DEPLOYMENT.address)


@pytest.mark.parametrize(
    ("wanted", "blocks"),
    [
        (EventFilter(kind="BatchAnchored"), [1]),
        (EventFilter(kind="KeySet"), [2]),
        (EventFilter(kind="Accredited", issuer=ME), []),
        (EventFilter(kind="Accredited", issuer=OTHER), [5]),
        (EventFilter(first=3, last=4), [3, 4]),
        (EventFilter(first=5), [5, 6]),
        (EventFilter(issuer=ME, last=2), [1, 2]),
        (EventFilter(first=7, last=2**63 - 1), []),
    ],
)
def test_a_filter_lets_through_what_it_names_and_nothing_else(
    index: EventIndex, wanted: EventFilter, blocks: list[int]
) -> None:
    source = fill(index, everything())
    found = [event["block"] for page in pages(index, source, wanted, limit=1) for event in page["events"]]
    assert found == blocks


def test_a_cursor_goes_on_where_it_was_however_much_was_added(index: EventIndex) -> None:
    scribe = twenty_five()
    first = beginning(scribe, 10)
    source = fill(index, first)
    *_, last = pages(index, source)
    assert (last["next"], last["end"] is None) == (None, False)
    fill(index, scribe, above=10)
    page: Any = events_page(index, source, DEPLOYMENT, after=last["end"])
    assert [event["block"] for event in page["events"]] == list(range(11, 26))
    empty: Any = events_page(index, source, DEPLOYMENT, after=page["end"])
    assert (empty["events"], empty["next"], empty["end"]) == ([], None, page["end"])


def test_a_cursor_survives_a_reorganisation_behind_it_and_no_other(index: EventIndex) -> None:
    scribe = twenty_five()
    source = fill(index, scribe)
    kept, lost = (str(events_page(index, source, DEPLOYMENT, EventFilter(last=last))["end"]) for last in (10, 11))
    position = index.position(source)
    assert position is not None
    index.rewind(source, before=position, to=Position(10, block_hash(10)))
    fill(index, scribe, above=10, branch=1)
    page: Any = events_page(index, source, DEPLOYMENT, after=kept)
    assert page["events"][0]["blockHash"] == "0x" + block_hash(11, 1).hex()
    with pytest.raises(InputError) as caught:
        events_page(index, source, DEPLOYMENT, after=lost)
    assert caught.value.code == "page.stale_cursor"


def test_a_page_that_was_read_while_the_index_moved_is_read_again(
    index: EventIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    scribe = twenty_five()
    source = fill(index, beginning(scribe, 10))
    true_events, moves = index.events, iter([10, 20])

    def moving(*arguments: Any, **options: Any) -> Any:
        found = list(true_events(*arguments, **options))
        above = next(moves, None)
        if above is not None:
            fill(index, beginning(scribe, above + 10 if above < 20 else 25), above=above)
        return iter(found)

    monkeypatch.setattr(index, "events", moving)
    page: Any = events_page(index, source, DEPLOYMENT)
    assert (page["network"]["block"], len(page["events"])) == (25, 25)


def test_an_index_that_never_rests_gives_no_page(index: EventIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    source = fill(index, twenty_five())
    numbers = iter(range(100))
    monkeypatch.setattr(index, "position", lambda _: Position(1, block_hash(next(numbers))))
    with pytest.raises(IndexProblem) as caught:
        events_page(index, source, DEPLOYMENT)
    assert caught.value.code == "index.restless"


def test_an_issuer_is_shown_with_the_entries_of_the_ledger_and_who_accredited_it(index: EventIndex) -> None:
    scribe = everything()
    source = fill(index, scribe)
    found: Any = issuer_page(index, source, DEPLOYMENT, ME)
    entries = list(ledger_entries(scribe.ledger, ME))
    assert [*found["batches"], *found["keys"], *found["accreditations"], found["profile"]] == entries
    assert [entry["accreditor"] for entry in found["accreditations"]] == [str(OTHER)]
    assert found["counts"] == {"batches": 1, "credentials": 300, "revoked": 2, "suspended": 0}
    other: Any = issuer_page(index, source, DEPLOYMENT, OTHER)
    assert (other["batches"], other["accreditations"]) == ([], found["accreditations"])


def test_ledgers_are_remembered_while_the_index_stays_and_forgotten_when_there_are_too_many(index: EventIndex) -> None:
    scribe = twenty_five()
    source = fill(index, beginning(scribe, 10))
    ledgers = IssuerLedgers(max_events=30)

    def counts(account: Address) -> Any:
        page = issuer_page(index, source, DEPLOYMENT, account, ledgers=ledgers)
        return None if page is None else page["counts"]["batches"]  # type: ignore[index, call-overload]

    assert (counts(ME), counts(ME), counts(OTHER)) == (10, 10, None)
    fill(index, scribe, above=10)
    assert counts(ME) == 25
    for number in range(60):
        assert counts(Address(bytes([200]) * 19 + bytes([number]))) is None
    assert counts(ME) == 25
    assert sum(1 + ledger.events for _, ledger in ledgers._kept.values()) <= 30


@pytest.mark.parametrize(
    "cursor", ["", "1", "-1-2", "1-2-3", "01-2", "1-x", "9" * 30 + "-1", "A" * 28, "Af" + "_" * 26]
)
def test_a_cursor_that_is_none_is_refused(index: EventIndex, cursor: str) -> None:
    source = fill(index, Scribe().anchored())
    with pytest.raises(InputError) as caught:
        events_page(index, source, DEPLOYMENT, after=cursor)
    assert caught.value.code == "page.cursor"
    with pytest.raises(InputError):
        events_page(index, source, DEPLOYMENT, limit=0)


@pytest.mark.parametrize("changes", [{"kind": "Anchored"}, {"first": -1}, {"first": 2, "last": 1}, {"last": 2**63}])
def test_a_filter_that_no_event_could_pass_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(EventFilter(), **changes)


def beginning(scribe: Scribe, count: int) -> Scribe:
    shorter = Scribe()
    shorter.events = scribe.events[:count]
    return shorter


@pytest.mark.parametrize("cursor", [PageCursor(10, 2**31, block_hash(10)[:8]), PageCursor(2**63, 0, bytes(8))])
def test_a_cursor_of_a_place_that_no_index_can_hold_is_none(index: EventIndex, cursor: PageCursor) -> None:
    source = fill(index, twenty_five())
    with pytest.raises(InputError) as error:
        events_page(index, source, DEPLOYMENT, after=str(cursor))
    assert error.value.code == "page.cursor"
    last: Any = events_page(
        index,
        source,
        DEPLOYMENT,
        after=str(replace(cursor, block=10, log_index=2**31 - 1, block_hash=block_hash(10)[:8])),
        limit=1,
    )
    assert [event["block"] for event in last["events"]] == [11]


def test_a_cursor_has_one_spelling() -> None:
    text = str(PageCursor(10, 0, b"\xff" * 8))
    assert PageCursor.parse(text).block == 10
    with pytest.raises(InputError):
        PageCursor.parse(text.replace("_", "/"))
