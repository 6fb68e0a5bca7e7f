"""Waiting until a transaction is there for good: a normal state, with a word on what is waited for, safe to interrupt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import AnchorRejected, ChainUnavailable
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.issuer.submission import Submission
    from credroot.store.journal_records import Operation

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 4.0
TELL_AFTER_S = 1.0
"""Waits shorter than this are not worth a line."""
PAUSE_GROWTH = 1.6
OUTAGES_IN_A_ROW = 10
"""An endpoint that fails this often in a row is given up for now; the journal keeps the place."""

_STOPPED = {
    OperationState.REVERTED: ("anchor.reverted", "the registry refused it; the fee was paid, nothing was changed"),
    OperationState.REPLACED_EXTERNALLY: (
        "anchor.replaced",
        "somebody else sent a transaction with the same number from this account; ours can never be mined",
    ),
    OperationState.REORGED_AFTER_FINAL: (
        "anchor.reorged",
        "its block was final by policy and is gone: the policy is too weak for this chain; run resume to anchor it again",
    ),
}


def settle(
    submission: Submission, operation: Operation, *, pause: Callable[[float], None], tell: Callable[[str], None]
) -> Operation:
    """Advance `operation` until it is final. Interrupting it at any point loses nothing.

    Raises:
        AnchorRejected: it can't become final: reverted, replaced, or reorganised away after it was final.
        ChainUnavailable: the chain could not be asked several times in a row; the transaction may be mined all the same.
    """
    wait, waited, outages, told = FIRST_PAUSE_S, 0.0, 0, ""
    while True:
        try:
            operation = submission.advance(operation)
            outages = 0
        except ChainUnavailable as error:
            outages += 1
            if outages == OUTAGES_IN_A_ROW:
                raise
            tell(f"waiting for the endpoint: {error}")
        if operation.state is OperationState.FINAL:
            return operation
        if operation.state in _STOPPED:
            code, reason = _STOPPED[operation.state]
            raise AnchorRejected(f"{operation.label}: {reason}", code=code)
        line = _waiting_for(operation)
        if line != told and waited >= TELL_AFTER_S:
            tell(line)
            told = line
        pause(wait)
        waited += wait
        wait = min(wait * PAUSE_GROWTH, LONGEST_PAUSE_S)


def _waiting_for(operation: Operation) -> str:
    if operation.state is OperationState.MINED:
        return f"{operation.label}: in block {operation.block_number}, waiting until it is final"
    suffix = f" ({operation.note})" if operation.note else ""
    return f"{operation.label}: sent, waiting to be mined{suffix}"
