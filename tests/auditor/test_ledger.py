"""The ledger names every event that the contract would not have emitted; what is allowed but odd is flagged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from credroot.auditor.ledger.digest import ledger_digest, ledger_entries
from credroot.auditor.ledger.ledger import Ledger
from credroot.core.values import Root
from credroot.store.event_index import Stored
from tests.auditor.scribe import ME, OPERATOR, ROOT, START, Scribe


def test_what_the_contract_allows_is_possible() -> None:
    scribe = Scribe().anchored().key_set(OPERATOR, 7).anchored(b"\xbb" * 32, 2, key=OPERATOR).status(1, 6, key=OPERATOR)
    scribe.status(2, 2).status(3, 6).status(3, 1 << 43, index=1).distrusted(OPERATOR, START).write(
        "BatchRatified", ME, b"\xbb" * 32, ME
    )
    scribe.write("BatchStatusChanged", ME, ROOT, ME, action=1, reason=0).accredited(1, 2).write(
        "NonceUsed", ME, nonce=0
    )
    scribe.write("ProfileSet", ME, ME, digest=ROOT, uri="https://issuer.example")
    assert scribe.impossible == []
    batch = scribe.ledger.batches[ME, Root(ROOT)]  # type: ignore[arg-type]
    assert (batch.revoked_words, batch.suspended_words, batch.suspended) == ({0: 6, 1: 1 << 43}, {0: 4}, True)


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda s: s.anchored(sequence=2), "L101"),
        (lambda s: s.anchored().anchored(sequence=2), "L102"),
        (lambda s: s.status(3, 1), "L103"),
        (lambda s: s.anchored().status(3, 1).status(3, 3), "L104"),
        (lambda s: s.anchored().status(2, 1), "L104"),
        (lambda s: s.anchored().status(3, 1 << 44, index=1), "L105"),
        (lambda s: s.anchored().status(3, 0), "L105"),
        (lambda s: s.anchored(key=OPERATOR), "L106"),
        (lambda s: s.key_set(OPERATOR, 1, expires=START + 30).anchored(key=OPERATOR, later=60), "L106"),
        (lambda s: s.write("NonceUsed", ME, nonce=1), "L107"),
        (lambda s: s.key_set(ME, 1), "L108"),
        (lambda s: s.key_set(OPERATOR, 16, expires=START + 10**6), "L108"),
        (lambda s: s.distrusted(OPERATOR, START).key_set(OPERATOR, 1), "L108"),
        (lambda s: s.distrusted(OPERATOR, START).distrusted(OPERATOR, START + 1), "L108"),
        (lambda s: s.distrusted(OPERATOR, START + 10**6), "L108"),
        (lambda s: s.anchored().write("BatchRatified", ME, ROOT, ME), "L109"),
        (lambda s: s.accredited(9, 8), "L110"),
    ],
)
def test_an_event_that_the_contract_would_not_emit_is_named(write: Callable[[Scribe], Scribe], rule: str) -> None:
    assert write(Scribe()).impossible == [rule]


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda s: [s.anchored(bytes([n]) * 32, n) for n in range(1, 21)], "A501"),
        (lambda s: s.key_set(OPERATOR, 1).anchored(key=OPERATOR, later=600), "A502"),
        (lambda s: s.anchored().status(3, 1, later=600), "A503"),
        (lambda s: s.accredited(START, START + 100).anchored(later=200), "A504"),
        (lambda s: s.anchored(count=1), "A505"),
        (lambda s: s.anchored().write("BatchStatusChanged", ME, ROOT, ME, action=3, reason=1, later=9999), "A506"),
        (lambda s: s.distrusted(OPERATOR, START), "A507"),
        (lambda s: s.anchored(), "A508"),
    ],
)
def test_what_is_odd_is_flagged(write: Callable[[Scribe], Any], rule: str) -> None:
    scribe = Scribe()
    write(scribe)
    assert rule in scribe.anomalies()


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda s: [s.anchored(bytes([n]) * 32, n, later=200) for n in range(1, 21)], "A501"),
        (lambda s: s.key_set(OPERATOR, 1).anchored(key=OPERATOR, later=3600), "A502"),
        (lambda s: s.anchored().status(3, 1, later=3600), "A503"),
        (lambda s: s.accredited(START, START + 300).anchored(later=200), "A504"),
        (lambda s: s.anchored(count=2), "A505"),
        (lambda s: s.key_set(OPERATOR, 1).anchored(key=OPERATOR), "A508"),
    ],
)
def test_its_nearest_neighbour_is_not(write: Callable[[Scribe], Any], rule: str) -> None:
    scribe = Scribe()
    write(scribe)
    assert rule not in scribe.anomalies()


def test_a_suspension_that_nobody_looked_at_for_half_a_year_is_flagged() -> None:
    scribe = Scribe().anchored().status(1, 1, later=9999)
    assert "A511" not in scribe.anomalies(now=scribe.time + 180 * 86_400)
    assert "A511" in scribe.anomalies(now=scribe.time + 180 * 86_400 + 1)


def test_the_digest_depends_on_the_state_and_on_nothing_else() -> None:
    scribe = Scribe().anchored().status(3, 1)
    same = ledger_digest(Ledger.of(scribe.events))
    assert same == ledger_digest(Ledger.of([replace_time(event) for event in scribe.events[:1]] + scribe.events[1:]))
    assert same != ledger_digest(Ledger.of(scribe.events[:1]))
    assert len(list(ledger_entries(scribe.ledger))) == 1


def replace_time(event: Stored) -> Stored:
    """The same event as another index keeps it: only its place among the logs of its block is another."""
    return event._replace(transaction_index=event.transaction_index + 1)


def test_a_finding_keeps_its_id_and_an_accepted_one_is_a_note() -> None:
    from credroot.auditor.findings import Finding, with_notes
    from credroot.auditor.rules import Severity

    one = Finding("R401", "some words", {"roster": "a.csv", "row": 9})
    assert one.id == replace(one, message="other words").id != replace(one, about={"roster": "a.csv", "row": 8}).id
    [accepted] = with_notes([one], {one.id: "left the course"})
    assert (one.severity, accepted.severity) == (Severity.ERROR, Severity.NOTE)
