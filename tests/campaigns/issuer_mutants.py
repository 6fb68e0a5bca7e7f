"""Planted bugs for campaign B: each is caught by what the model says, and where it matters by what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.issuer.sending import fees
from credroot.issuer.sending import walk as anchoring
from credroot.issuer.sending.submission import Submission
from credroot.store.journal_records import OperationState
from tests.campaigns.mutants import SendsBeforeJournal, TrustsErrorText

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from credroot.chain.writing.keystore import Signer
    from credroot.store.journal_records import Operation

    Plant = Callable[[pytest.MonkeyPatch], dict[str, Any]]


class BelievesItsBlock(Submission):
    """Never looks again whether the block of what was mined is still there."""

    def _advance(self, operation: Operation, signer: Signer | None, *, alone: bool) -> Operation:
        if operation.state is OperationState.MINED and self._final_block() >= (operation.block_number or 0):
            return self._to(operation, OperationState.FINAL, "it was mined once")
        if operation.state in (OperationState.MINED, OperationState.FINAL):
            return operation
        return super()._advance(operation, signer, alone=alone)


def _send_before_journal(_patch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"submission": SendsBeforeJournal}


def _believe_the_block(_patch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"submission": BelievesItsBlock}


def _trust_error_text(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    _do_not_look(patch)
    return {"submission": TrustsErrorText}


def _do_not_look(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    patch.setattr(anchoring, "adopt", lambda *_arguments: None)
    patch.setattr(anchoring, "require_known_anchors", lambda *_arguments: None)
    return {}


def _publish_before_final(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    def until_mined(bench: Any, operation: Operation, signer: Signer, *_rest: Any) -> None:
        bench.settle(operation, signer, enough=OperationState.MINED)

    patch.setattr(anchoring, "_until_it_holds", until_mined)
    return {}


def _replace_by_a_wei(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    patch.setattr(fees, "_raised", lambda fee: fee + 1)
    return {}


MUTANTS: dict[str, tuple[Plant, frozenset[str]]] = {
    "send before journal": (_send_before_journal, frozenset()),
    "trust error text": (_trust_error_text, frozenset()),
    "publish before final": (_publish_before_final, frozenset()),
    "believe the block": (_believe_the_block, frozenset()),
    "replace by a wei": (_replace_by_a_wei, frozenset()),
    "do not look at the chain": (_do_not_look, frozenset({"restore"})),
}
"""Name -> what plants it, giving what a `Desk` is made with; and what has to happen for it to matter."""
