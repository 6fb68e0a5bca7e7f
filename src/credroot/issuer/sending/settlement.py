"""Waiting until a transaction is there for good: a normal state, with a word on what is waited for.

It is safe to interrupt at any moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import AnchorRejected, ChainUnavailable
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.chain.writing.keystore import Signer
    from credroot.issuer.sending.submission import Submission
    from credroot.store.journal_records import Operation

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 4.0
TELL_AFTER_S = 1.0
"""Waits shorter than this are not worth a line."""
PAUSE_GROWTH = 1.6
OUTAGES_IN_A_ROW = 10
"""An endpoint that fails this often in a row is given up for now; the journal keeps the place."""

_STOPPED = {
    OperationState.REVERTED: (
        "anchor.reverted",
        "the registry refused it or its gas ran out; the fee was paid, nothing changed",
    ),
    OperationState.REPLACED_EXTERNALLY: (
        "anchor.replaced",
        "another transaction of this account took its number, so it can never be mined; run this again: "
        "what the account did meanwhile is looked at before anything is sent",
    ),
    OperationState.REORGED_AFTER_FINAL: (
        "anchor.reorged",
        "its final block is gone: the policy is too weak for this chain; run this again to send it anew",
    ),
    OperationState.ABANDONED: ("anchor.abandoned", "another operation took its place"),
}


class Patience:
    """Pauses that grow, and outages that are counted."""

    def __init__(self, pause: Callable[[float], None], tell: Callable[[str], None]) -> None:
        """Wait by `pause` and speak by `tell`."""
        self._pause = pause
        self._tell = tell
        self._next_s = FIRST_PAUSE_S
        self._waited_s = 0.0
        self._outages = 0
        self._told = ""

    def answered(self) -> None:
        """Note that the chain gave an answer."""
        self._outages = 0

    def outage(self, error: ChainUnavailable) -> None:
        """Note that it gave none; raise `error` again where that happened too often in a row."""
        self._outages += 1
        if self._outages == OUTAGES_IN_A_ROW:
            raise error
        self._tell(f"waiting for the endpoint: {error}")

    def wait(self, line: str) -> None:
        """Wait once; say `line` where it is news and worth a line."""
        if line != self._told and self._waited_s >= TELL_AFTER_S:
            self._tell(line)
            self._told = line
        self._pause(self._next_s)
        self._waited_s += self._next_s
        self._next_s = min(self._next_s * PAUSE_GROWTH, LONGEST_PAUSE_S)


def settle(
    submission: Submission,
    operation: Operation,
    *,
    pause: Callable[[float], None],
    tell: Callable[[str], None],
    signer: Signer | None = None,
    seen: Callable[[Operation], None] = lambda _operation: None,
    enough: OperationState = OperationState.FINAL,
) -> Operation:
    """Advance `operation` until it is final, or only mined where that is `enough`; `seen` gets it at each look.

    Interrupting it at any point loses nothing.

    `signer` may sign a replacement of what waits too long.

    Raises:
        AnchorRejected: it can't become final: reverted, replaced, or reorganised away after it was final.
        ChainUnavailable: the chain could not be asked several times in a row; the transaction may be mined all the
            same.
    """
    patience = Patience(pause, tell)
    while True:
        try:
            operation = submission.advance(operation, signer)
            patience.answered()
        except ChainUnavailable as error:
            patience.outage(error)
        seen(operation)
        if operation.state in (OperationState.FINAL, enough):
            return operation
        if operation.state in _STOPPED:
            code, reason = _STOPPED[operation.state]
            raise AnchorRejected(f"{operation.label}: {reason}", code=code)
        patience.wait(_waiting_for(operation))


def await_death(
    submission: Submission, operation: Operation, *, pause: Callable[[float], None], tell: Callable[[str], None]
) -> Operation:
    """Wait until a reverted or replaced operation can have no effect any more, or turns out to live; give it then.

    Raises:
        ChainUnavailable: as `settle`.
    """
    patience = Patience(pause, tell)
    while True:
        try:
            operation = submission.advance(operation)
            if operation.state not in (OperationState.REVERTED, OperationState.REPLACED_EXTERNALLY):
                return operation
            if submission.is_dead(operation):
                return operation
            patience.answered()
        except ChainUnavailable as error:
            patience.outage(error)
        patience.wait(f"{operation.label}: {operation.state}; waiting until that is final before it is sent anew")


def _waiting_for(operation: Operation) -> str:
    if operation.state is OperationState.MINED:
        return f"{operation.label}: in block {operation.block_number}, waiting until it is final"
    suffix = f" ({operation.note})" if operation.note else ""
    if operation.state is OperationState.STUCK:
        return f"{operation.label}: sent, stuck{suffix}; it may be mined all the same"
    return f"{operation.label}: sent, waiting to be mined{suffix}"
