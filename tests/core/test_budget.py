"""Work is counted as it is done, and refused by its name before it is too much."""

from __future__ import annotations

import pytest

from credroot.core.budget import OF_ONE_FILE, Budget, BudgetExceeded, Work


def refusal(budget: Budget, work: Work, amount: int = 1) -> str:
    with pytest.raises(BudgetExceeded) as caught:
        budget.spend(work, amount)
    return caught.value.code


def test_what_is_refused_is_named_and_takes_nothing() -> None:
    budget = Budget({Work.PROOFS: 3})
    budget.spend(Work.PROOFS, 2)
    assert refusal(budget, Work.PROOFS, 2) == "budget.proofs"
    assert budget.spent == {Work.PROOFS: 2}
    budget.spend(Work.PROOFS)
    assert refusal(budget, Work.PROOFS) == "budget.proofs"


def test_a_little_of_everything_adds_up() -> None:
    budget = Budget({}, microseconds=10 * Work.PROOFS.price)
    budget.spend(Work.PROOFS, 9)
    budget.spend(Work.ENDORSEMENTS)
    assert refusal(budget, Work.PROOFS) == "budget.work"
    assert budget.price == 9 * Work.PROOFS.price + Work.ENDORSEMENTS.price


def test_files_of_one_request_share_its_budget_and_each_has_its_own() -> None:
    request = Budget({Work.VALUES: 10})
    first, second = request.for_file({Work.VALUES: 8}), request.for_file({Work.VALUES: 8})
    first.spend(Work.VALUES, 8)
    assert refusal(first, Work.VALUES) == "budget.values"
    assert refusal(second, Work.VALUES, 3) == "budget.values"
    second.spend(Work.VALUES, 2)
    assert (request.spent, second.spent) == ({Work.VALUES: 10}, {Work.VALUES: 2})


def test_a_refusal_by_the_request_takes_nothing_from_the_file() -> None:
    file = Budget({Work.PROOFS: 1}).for_file({Work.PROOFS: 5})
    assert refusal(file, Work.PROOFS, 2) == "budget.proofs"
    assert file.spent == {}


def test_nothing_is_begun_when_it_is_late() -> None:
    late: list[bool] = [False]
    file = Budget({}, is_late=lambda: late[0]).for_file()
    file.spend(Work.FORMS)
    late[0] = True
    assert refusal(file, Work.FORMS) == "budget.time"


def test_every_kind_of_work_has_a_word_and_a_price() -> None:
    assert len({work.word for work in Work}) == len(Work)
    assert all(work.price > 0 for work in Work)
    assert set(OF_ONE_FILE) < set(Work)
