"""How much work may be done for somebody whom nobody knows: counted as it goes, and refused before it is too much.

Work is counted and not timed, so an answer does not depend on how busy the machine is. What was refused was not looked
at: it is neither failure nor success. Every piece of work has a price in one unit, so that a little of everything does
not add up to much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from credroot.core.errors import CredrootError


class Work(Enum):
    """What is counted, with the price of one in microseconds of an ordinary processor."""

    PROOFS = ("proofs", 150)
    """Signatures that are checked; of ECDSA and RSA the slowest."""
    FORMS = ("forms", 100)
    """Forms of a document, by suite, contexts and previous proofs, that proofs cover: each is canonicalised."""
    VALUES = ("values", 130)
    """JSON values of what PyLD canonicalises, a call of it counted as `VALUES_OF_A_CALL`."""
    STEPS = ("steps", 3)
    """Of telling apart what looks the same in a document, as `rdfc` counts them."""
    ENDORSEMENTS = ("endorsements", 50)
    """Endorsements that are looked at."""
    LISTS = ("lists", 500)
    """Status lists that are looked at: each is unpacked, and its own signature is checked."""
    FILES = ("files", 200)
    """Files, or credentials of a batch or presentation, that are judged."""
    KILOBYTES = ("kilobytes", 10)
    """Of what is unpacked from archives and documents, and hashed."""
    PARSED = ("parsed", 30)
    """Kilobytes of JSON that are parsed, twice in places, and written again."""
    PARTS = ("parts", 1)
    """Small parts of a file: values, numbers, chunks, elements, attributes, objects; each as often as it takes
    microseconds."""

    def __init__(self, word: str, price: int) -> None:
        self.word = word
        self.price = price

    __hash__ = object.__hash__  # `Enum` has one in Python, and these are counted in every verdict


VALUES_OF_A_CALL: Final = 20
"""Values whose canonicalisation takes as long as that of a document with nothing in it."""

PARTS_OF_EVERY_FILE: Final = 200
"""Parts that the price of a file pays for: a badge has about as many."""
OF_ONE_FILE: Final[Mapping[Work, int]] = MappingProxyType(
    {
        Work.PROOFS: 256,
        Work.FORMS: 24,
        Work.VALUES: 12_000,
        Work.STEPS: 200_000,
        Work.ENDORSEMENTS: 16,
        Work.LISTS: 16,
        Work.PARTS: 500_000,
    }
)
"""What one file may cost whoever asks, some two seconds at worst: a large transcript takes a fifth of that."""


class BudgetExceeded(CredrootError):
    """More work was asked for than is done for one file, or one request. Nothing is known of what was left."""

    code = "budget.work"


class Budget:
    """What is left to be spent. One thread at a time uses it; its parent's is spent with it."""

    __slots__ = ("_is_late", "_left", "_parent", "_parts_paid", "_price_left", "price", "spent")

    def __init__(
        self,
        allowed: Mapping[Work, int] = OF_ONE_FILE,
        *,
        microseconds: int | None = None,
        parent: Budget | None = None,
        is_late: Callable[[], bool] | None = None,
    ) -> None:
        """Allow so many of each kind of work, what is not named without a bound of its own; `microseconds` in all.

        `is_late` is asked before each piece of work.
        """
        self._left = dict(allowed)
        self._price_left = microseconds
        self._parent = parent
        self._is_late = is_late
        self._parts_paid = 0
        self.spent: dict[Work, int] = {}
        """What was done so far."""
        self.price = 0
        """Of what was done so far, in microseconds of an ordinary processor."""

    def spend(self, work: Work, amount: int = 1) -> None:
        """Take `amount` of `work`, before it is done.

        Raises:
            BudgetExceeded: there is not so much left, and nothing was taken: ``budget.`` with the word of `work`;
                ``budget.work``, all kinds together; ``budget.time``, it is late.
        """
        if work is Work.PARTS and self._parts_paid:
            paid = min(self._parts_paid, amount)
            self._parts_paid -= paid
            amount -= paid
        self.require(work, amount)
        budget: Budget | None = self
        while budget is not None:
            budget._take(work, amount, amount * work.price)
            budget = budget._parent

    def require(self, work: Work, amount: int = 1) -> None:
        """Raise as `spend` does, and take nothing."""
        budget: Budget | None = self
        while budget is not None:
            budget._require(work, amount, amount * work.price)
            budget = budget._parent

    def for_reading(self) -> Budget:
        """Give the budget of reading one file; to judge it afterwards pays for `PARTS_OF_EVERY_FILE` too."""
        budget = Budget(parent=self)
        budget._parts_paid = PARTS_OF_EVERY_FILE
        return budget

    def for_file(self, allowed: Mapping[Work, int] = OF_ONE_FILE) -> Budget:
        """Give the budget of one file, which takes from this one too."""
        return Budget(allowed, parent=self)

    def _require(self, work: Work, amount: int, price: int) -> None:
        if self._is_late is not None and self._is_late():
            raise BudgetExceeded("it took too long", code="budget.time")
        if amount > self._left.get(work, amount):
            raise BudgetExceeded(f"it takes more {work.word} than are looked at", code=f"budget.{work.word}")
        if self._price_left is not None and price > self._price_left:
            raise BudgetExceeded("it takes more work than is done for one request")

    def _take(self, work: Work, amount: int, price: int) -> None:
        self.spent[work] = self.spent.get(work, 0) + amount
        self.price += price
        if work in self._left:
            self._left[work] -= amount
        if self._price_left is not None:
            self._price_left -= price
