"""What is sent to the heavy lane, and how it is done there: values in, values out, told as they come.

A job is done in steps. What is known already is told at once, so that nothing of it is lost when the job, or the
process that does it, is ended; what is left is then for `Job.cut` to say. How many files came is asked, so that
whoever sent them pays for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from credroot.core.budget import BudgetExceeded
from credroot.core.time_is_up import TimeIsUp

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from credroot.app.lane.desk import Desk

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
TOLD_AT_ONCE = 16
"""Things told that go together: as many are lost at most, where a process is killed."""


class RateSpentError(Exception):
    """Whoever asked has no room left for what is inside. Nothing of it was looked at."""


class JobFailedError(Exception):
    """An error of ours in a job. Its text names the kind and the places in our code, and nothing of the job."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A question: whether there is room for so many files. The answer is yes or no."""

    files: int


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """Something that is known from now on."""

    value: T


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """Something that is known from now on to whoever does the job, and too much to be sent as it comes.

    It is there for `Job.cut` where the work was cut, and not where the process was killed.
    """

    value: T


Step = Charge | Told[Any] | Kept[Any]


class Job(Protocol[T_co]):
    """One piece of work: a value that can be pickled, beside its `data`."""

    @property
    def data(self) -> bytes:
        """What somebody sent."""
        ...

    @property
    def cpu_share(self) -> float:
        """How much of the seconds of a processor there are until it is cut; the rest is for what `cut` does."""
        ...

    @property
    def is_judged_file_by_file(self) -> bool:
        """Whether each file that is paid for adds time: then what a cut leaves is of the files alone."""
        ...

    def steps(self, desk: Desk) -> Generator[Step, bool, T_co]:
        """Do it, by the means of `desk`; each `Charge` is answered, nothing else is."""
        ...

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> T_co:
        """Give the result where the work was ended because of `error`, after this much was told.

        Nothing is known of what is left: that is neither failure nor success.
        """
        ...


def time_is_up() -> BudgetExceeded:
    """Give what is said of work that took too long."""
    return BudgetExceeded("it took too long", code="budget.time")


def out_of_memory() -> BudgetExceeded:
    """Give what is said of work that took too much memory."""
    return BudgetExceeded("it takes more memory than there is for one request", code="budget.memory")


def ended() -> BudgetExceeded:
    """Give what is said of work whose process ended, for whatever reason."""
    return BudgetExceeded("the process that looked at it was ended", code="budget.ended")


def perform(
    job: Job[T],
    desk: Desk,
    tell: Callable[[list[Any]], None],
    charge: Callable[[int], bool],
    silence: Callable[[], None] = lambda: None,
) -> tuple[T, BudgetExceeded | None]:
    """Do `job`, and give its result with the reason why it was cut, if it was.

    `silence` is called before a job that was cut is brought to its end.

    Raises:
        RateSpentError: `charge` said no.
        Exception: as the job.
    """
    teller = _Teller(tell)
    try:
        return _in_steps(job, desk, teller, charge), None
    except TimeIsUp:
        silence()
        error = time_is_up()
    except MemoryError:
        silence()
        error = out_of_memory()
    # Outside of the handler, so that what the job held is given back.
    teller.flush()
    return job.cut(teller.told, error, desk), error


class _Teller:
    """What a job told: what is to be sent goes in small heaps."""

    def __init__(self, tell: Callable[[list[Any]], None]) -> None:
        self.told: list[Any] = []
        self._tell = tell
        self._unsent: list[Any] = []

    def take(self, step: Told[Any] | Kept[Any]) -> None:
        self.told.append(step.value)
        if isinstance(step, Told):
            self._unsent.append(step.value)
        if len(self._unsent) == TOLD_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent:
            self._tell(unsent)


def _in_steps(job: Job[T], desk: Desk, teller: _Teller, charge: Callable[[int], bool]) -> T:
    steps, answer = job.steps(desk), False
    try:
        while True:
            step = steps.send(answer) if answer else next(steps)
            answer = False
            if not isinstance(step, Charge):
                teller.take(step)
                continue
            answer = charge(step.files)
            if not answer:
                raise RateSpentError
    except StopIteration as done:
        teller.flush()
        value: T = done.value
        return value
    finally:
        steps.close()
