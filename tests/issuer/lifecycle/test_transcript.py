"""One batch through everything that a chain can do to it, told step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.blocks.finality import FinalityTag
from credroot.issuer.sending.intent import Guards
from credroot.store.journal_records import BatchState
from tests.issuer.lifecycle.conftest import Steps
from tests.issuer.lifecycle.test_fees import _anchor_intent

if TYPE_CHECKING:
    import pytest

    from tests.campaigns.anvil import Anvil
    from tests.issuer.lifecycle.conftest import Issuer

GWEI = 10**9
TRANSCRIPT = [
    "preparing",
    "prepared",
    "signed",
    "broadcast",
    "bumped",
    "mined",
    "signed",  # its block was replaced
    "broadcast",
    "mined",
    "final",
    "published",
]


def test_plan_anchor_bump_reorganise_finalise_publish(
    issuer: Issuer, anvil: Anvil, capsys: pytest.CaptureFixture[str]
) -> None:
    def base_fee_rises() -> None:
        anvil.set_base_fee(20 * GWEI)
        anvil.mine()
        assert desk.journal.batch("one").state is BatchState.BROADCAST

    def mined() -> None:
        assert len(desk.journal.attempts(desk.operation().id)) == 2
        anvil.mine()

    def reorganised() -> None:
        assert desk.journal.batch("one").state is BatchState.MINED
        anvil.reorganise(1)

    def look() -> None:
        assert desk.published() == []
        anvil.mine()

    anvil.set_base_fee(GWEI)
    anvil.mine()
    world = Steps(anvil, base_fee_rises, mined, reorganised, look, look)
    with issuer.desk(finality=FinalityTag("finalized"), world=world) as desk:
        plan = desk.submission.cost(issuer.address, _anchor_intent(desk))
        assert plan.likely_wei < plan.most_wei < plan.balance_wei
        assert desk.chain.nonce(issuer.address) == 0
        record = desk.anchor(guards=Guards(max_cost_wei=100 * plan.most_wei))
        history = desk.journal.history("one")
        for line in history:
            print(f"{line.at.isoformat()}  {line.state:<10} {line.note}")
        told = capsys.readouterr().out
        assert [line.state for line in history] == TRANSCRIPT, told
        first, second = desk.journal.attempts(desk.operation().id)
        assert desk.operation().transaction == second.hash
        assert second.max_fee_wei * 8 >= first.max_fee_wei * 9
        assert desk.chain.nonce(issuer.address) == 1
        assert desk.operation().fee_wei is not None
        assert record.state is BatchState.PUBLISHED
        assert len(desk.published()) == record.leaf_count
    anvil.set_base_fee(GWEI)
    anvil.mine()
