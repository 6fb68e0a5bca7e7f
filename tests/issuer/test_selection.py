"""Which credentials a person means, found without a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credroot.chain.registry.deployment import Deployment
from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import Address, ChainId, Digest
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.sending.intent import Cost, Guards
from credroot.issuer.sending.spending import Budget
from credroot.issuer.withdrawal.selection import Cell, Wanted, parse_cell, parse_row_lists, select

if TYPE_CHECKING:
    from pathlib import Path

CHAIN = ChainId(31337)
ISSUER = Address(b"i" * 20)
DEPLOYMENT = Deployment("test", CHAIN, ISSUER, Digest(b"c" * 32), 1, Digest(b"t" * 32), ISSUER)
ROSTER = """name,email,issued_on,expires_on,evidence
Jane Doe,jane@Example.org,2026-05-04,,https://a.example/1 https://a.example/2
José Pérez,jose@example.org,2026-05-05,2027-01-31,
Jane Doe,other@example.org,2026-05-05,2027-01-31,https://a.example/2
"""


@pytest.fixture
def batches(tmp_path: Path) -> Path:
    for number, name in enumerate(("spring", "autumn"), start=1):
        folder = BatchFolder(tmp_path / name)
        folder.path.mkdir()
        folder.roster.write_text(ROSTER)
        entries = ({"index": 3 - row, "id": f"urn:uuid:{name}-{row + 2}", "row": row + 2} for row in range(3))
        header = {"chain": CHAIN.caip2, "root": "0x" + f"{number:02}" * 32}
        folder.write_manifest(header, iter(entries))
    return tmp_path


def found(batches: Path, *where: str, **wanted: object) -> list[str]:
    cells = tuple(map(parse_cell, where))
    targets = select(Wanted(cells=cells, **wanted), batches, DEPLOYMENT, ISSUER)  # type: ignore[arg-type]
    return [f"{target.batch} {target.row}" for target in targets]


def test_a_person_is_found_by_address_in_every_batch_however_it_is_written(batches: Path) -> None:
    assert found(batches, "email=jane@EXAMPLE.org") == found(batches, "email=jane@example.org")
    assert found(batches, "email=jane@example.org") == ["autumn 2", "spring 2"]
    assert found(batches, "email=jane@example.org", batch="spring") == ["spring 2"]


def test_all_conditions_must_hold_and_rows_narrow_them(batches: Path) -> None:
    assert found(batches, "name=jane doe", batch="spring") == ["spring 2", "spring 4"]
    assert found(batches, "name=jane doe", "expires_on=2027-01-31", batch="spring") == ["spring 4"]
    assert found(batches, "name=JANE DOE", batch="spring", rows=parse_row_lists(["3,4"])) == ["spring 4"]
    assert found(batches, "evidence=https://a.example/2", batch="spring") == ["spring 2", "spring 4"]


def test_an_empty_value_means_an_empty_cell(batches: Path) -> None:
    assert found(batches, "expires_on=", batch="autumn") == ["autumn 2"]
    assert found(batches, "evidence=", batch="autumn") == ["autumn 3"]


def test_a_whole_batch_comes_in_the_order_of_its_roster(batches: Path) -> None:
    assert found(batches, batch="spring") == ["spring 2", "spring 3", "spring 4"]


def test_who_is_in_no_row_is_a_mistake(batches: Path) -> None:
    with pytest.raises(InputError) as refused:
        found(batches, "email=nobody@example.org")
    assert refused.value.code == "withdraw.rows"


@pytest.mark.parametrize("text", ["", "email", "mail=a@b.example", "email=a@", "issued_on=31/31/2026", "given_name=Jo"])
def test_what_no_cell_can_say_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_cell(text)
    assert refused.value.code == "withdraw.cell"


def test_lists_of_rows_are_read_with_both_ends() -> None:
    assert parse_row_lists(["3,7-9", "12"]) == (range(3, 4), range(7, 10), range(12, 13))
    with pytest.raises(InputError):
        parse_row_lists(["3,,4"])


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"names": ("a",), "batch": "spring"},
        {"names": ("a",), "cells": (parse_cell("name=A"),)},
        {"rows": (range(1, 2),), "cells": (parse_cell("name=A"),)},
    ],
)
def test_nothing_and_two_ways_at_once_are_refused(wanted: dict[str, tuple[Cell, ...]]) -> None:
    with pytest.raises(InputError) as refused:
        Wanted(**wanted)  # type: ignore[arg-type]
    assert refused.value.code == "usage.options"


def test_a_budget_holds_for_all_transactions_together_and_for_what_each_payer_has() -> None:
    payer, other = Address(b"p" * 20), Address(b"o" * 20)
    cost = Cost(gas=1, likely_wei=5, most_wei=10, balance_wei=19)
    Budget(Guards(max_cost_wei=20)).require([(payer, cost), (other, cost)])
    for costs, cap, code in (
        ([(payer, cost), (other, cost)], 19, "guard.max_cost"),
        ([(payer, cost), (payer, cost)], None, "guard.balance"),
    ):
        with pytest.raises(GuardRefused) as refused:
            Budget(Guards(max_cost_wei=cap)).require(costs)
        assert refused.value.code == code


def test_what_was_spent_is_not_there_for_the_next() -> None:
    budget = Budget(Guards(max_cost_wei=20, max_fee_wei=3))
    assert budget.next(kept_wei=12) == Guards(max_cost_wei=8, max_fee_wei=3)
    budget.spend(15)
    assert budget.next() == Guards(max_cost_wei=5, max_fee_wei=3)
