"""What is offered for gas: the rule of replacement by itself, and on a chain whose fees rise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.app.settings.networks import LOCAL_NETWORK, well_known_networks
from credroot.chain.writing.data_fees import GAS_PRICE_ORACLE, NODE_INTERFACE, DataFees
from credroot.chain.writing.writer import Fees
from credroot.core.errors import AnchorRejected, GuardRefused
from credroot.core.values import Digest
from credroot.issuer.sending.fees import (
    BUMP_CEILING,
    Price,
    TooDear,
    first_price,
    is_due,
    replacement_price,
)
from credroot.issuer.sending.intent import Cost, Guards, check_guards, coins
from credroot.store.journal_records import Attempt, BatchState, Caps, OperationState
from tests.campaigns.moments import present
from tests.issuer.lifecycle.conftest import Paused, Steps, stop

if TYPE_CHECKING:
    from tests.campaigns.anvil import Anvil
    from tests.issuer.lifecycle.conftest import Issuer

NOW = datetime(2026, 1, 2, tzinfo=UTC)
GWEI = 10**9
fees = st.builds(Fees, st.one_of(st.none(), st.integers(1, 10**12)), st.integers(1, 10**11))


def offered(max_fee: int, tip: int) -> Attempt:
    return Attempt(Digest(bytes(32)), b"", 60_000, max_fee, tip, NOW)


@given(fees, st.integers(1, 10**12), st.integers(1, 10**11), st.one_of(st.none(), st.integers(1, 10**13)))
def test_a_replacement_raises_both_fees_by_an_eighth_and_stays_under_the_cap(
    now: Fees, max_fee: int, tip: int, cap: int | None
) -> None:
    last = offered(max_fee, max_fee if now.base_fee is None else min(tip, max_fee))
    price = replacement_price(last, now, Caps(fee_wei=cap), other_wei=0, balance_wei=10**30)
    if isinstance(price, TooDear):
        return
    assert price.max_fee * 8 >= last.max_fee_wei * 9
    assert price.tip * 8 >= last.tip_wei * 9
    assert price.tip <= price.max_fee
    assert cap is None or price.max_fee <= cap
    assert price.max_fee <= BUMP_CEILING * now.most
    assert now.base_fee is not None or price.tip == price.max_fee


def test_a_replacement_that_the_caps_or_the_balance_forbid_says_why() -> None:
    last, now = offered(100, 10), Fees(90, 10)
    assert replacement_price(last, now, Caps(fee_wei=113), other_wei=0, balance_wei=10**18) == Price(113, 12)
    assert isinstance(replacement_price(last, now, Caps(fee_wei=112), other_wei=0, balance_wei=10**18), TooDear)
    cost = 60_000 * 113 + 5
    assert replacement_price(last, now, Caps(cost_wei=cost), other_wei=5, balance_wei=10**18) == Price(113, 12)
    assert isinstance(replacement_price(last, now, Caps(cost_wei=cost - 1), other_wei=5, balance_wei=10**18), TooDear)
    assert isinstance(replacement_price(last, now, Caps(), other_wei=5, balance_wei=cost - 1), TooDear)


def test_a_replacement_is_due_after_long_waiting_or_when_the_base_fee_outgrew_the_offer() -> None:
    last = offered(100, 10)
    assert not is_due(last, Fees(100, 1), age_s=179)
    assert is_due(last, Fees(100, 1), age_s=180)
    assert is_due(last, Fees(101, 1), age_s=0)
    assert not is_due(last, Fees(None, 500), age_s=0)


def test_a_first_offer_keeps_to_the_cap() -> None:
    assert first_price(Fees(100, 7), Caps()) == Price(207, 7)
    assert first_price(Fees(100, 7), Caps(fee_wei=150)) == Price(150, 7)
    assert first_price(Fees(None, 7), Caps()) == Price(7, 7)


def test_a_rising_base_fee_is_followed_with_the_same_number(issuer: Issuer, anvil: Anvil) -> None:
    def rise() -> None:
        anvil.set_base_fee(50 * GWEI)
        anvil.mine()

    with issuer.desk(world=Steps(anvil, rise)) as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        first, second = desk.journal.attempts(desk.operation().id)
        assert second.max_fee_wei * 8 >= first.max_fee_wei * 9
        assert second.tip_wei * 8 >= first.tip_wei * 9
        assert desk.operation().transaction == second.hash
        assert desk.chain.nonce(issuer.address) == 1
    anvil.set_base_fee(GWEI)
    anvil.mine()


def test_each_replacement_is_in_the_journal_before_it_is_sent(issuer: Issuer, anvil: Anvil) -> None:
    times = iter(range(10_000))
    sent: list[bytes] = []

    def clock() -> datetime:
        return NOW + timedelta(seconds=100 * next(times))

    world = Steps(anvil, *[lambda: None] * 12)
    with issuer.desk(world=world, clock=clock) as desk, pytest.MonkeyPatch.context() as patch:
        real = desk.chain.send

        def send(raw: bytes) -> str | None:
            assert raw in [attempt.raw for attempt in desk.journal.attempts(desk.operation().id)]
            sent.append(raw)
            return real(raw)

        patch.setattr(desk.chain, "send", send)
        desk.anchor()
        attempts = desk.journal.attempts(desk.operation().id)
        assert len(attempts) > 2
        assert {attempt.raw for attempt in attempts} == set(sent)
        for earlier, later in pairwise(attempts):
            assert later.max_fee_wei * 8 >= earlier.max_fee_wei * 9
            assert later.tip_wei * 8 >= earlier.tip_wei * 9
        assert desk.chain.nonce(issuer.address) == 1


def test_at_the_cap_it_is_stuck_says_so_and_may_be_mined_all_the_same(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.anchor()
    with issuer.desk() as desk:
        operation = desk.operation()
        offer = desk.journal.attempts(operation.id)[-1].max_fee_wei
        desk.journal.set_caps(operation.id, Caps(fee_wei=offer), present())
        anvil.set_base_fee(2 * offer)
        anvil.mine()
        stuck = desk.submission.advance(desk.operation(), desk.signer)
        assert (stuck.state, desk.journal.batch("one").state) == (OperationState.STUCK, BatchState.STUCK)
        assert len(desk.journal.attempts(operation.id)) == 1
        anvil.set_base_fee(GWEI)
        assert desk.anchor().state is BatchState.PUBLISHED


def test_the_cap_of_the_first_run_binds_the_run_that_resumes(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(world=stop) as desk:
        cap = desk.submission.cost(issuer.address, _anchor_intent(desk)).most_wei * 11 // 10
        with pytest.raises(Paused):
            desk.anchor(guards=Guards(max_cost_wei=cap))
    with issuer.desk() as desk:
        assert desk.operation().caps == Caps(cost_wei=cap)
        anvil.set_base_fee(1_000 * GWEI)
        anvil.mine()
        assert desk.submission.advance(desk.operation(), desk.signer).state is OperationState.STUCK
        anvil.set_base_fee(GWEI)
        anvil.mine()
        desk.anchor(guards=Guards(max_cost_wei=10**17))
        assert desk.operation().caps == Caps(cost_wei=10**17)


def test_more_than_the_cap_is_refused_before_anything_is_signed(issuer: Issuer) -> None:
    with issuer.desk() as desk:
        with pytest.raises(GuardRefused) as refused:
            desk.anchor(guards=Guards(max_cost_wei=1))
        assert refused.value.code == "guard.max_cost"
        assert desk.journal.batch("one").state is BatchState.PREPARED
        assert desk.journal.operations() == ()


def test_an_empty_account_is_refused_before_anything_is_signed(issuer: Issuer, anvil: Anvil) -> None:
    anvil.fund(issuer.address, 0)
    with issuer.desk() as desk:
        with pytest.raises(GuardRefused) as refused:
            desk.anchor()
        assert refused.value.code == "guard.balance"
        assert desk.journal.operations() == ()


def test_a_chain_without_a_base_fee_gets_legacy_transactions(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(world=Steps(anvil, lambda: None, lambda: None), bump_after_s=0.0) as desk:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(desk.chain, "fees", lambda: Fees(None, 30 * GWEI))
            desk.anchor()
        attempts = desk.journal.attempts(desk.operation().id)
        assert all(attempt.raw[0] >= 0xC0 for attempt in attempts)  # a bare list, not an EIP-2718 envelope
        assert len(attempts) > 1
        assert all(attempt.max_fee_wei == attempt.tip_wei for attempt in attempts)


def answering(word: int) -> str:
    """Runtime code that answers every call with one word."""
    return "0x7f" + word.to_bytes(32, "big").hex() + "60005260206000f3"


def test_the_data_fee_of_a_rollup_is_in_the_estimate_and_under_the_guard(issuer: Issuer, anvil: Anvil) -> None:
    anvil.ask("anvil_setCode", str(GAS_PRICE_ORACLE), answering(10**15))
    with issuer.desk() as plain, pytest.MonkeyPatch.context():
        intent = _anchor_intent(plain)
        without = plain.submission.cost(issuer.address, intent)
    with issuer.desk(data_fees=DataFees.OP_STACK) as desk:
        cost = desk.submission.cost(issuer.address, intent)
        assert cost.data_fee_wei == 10**15
        assert cost.likely_wei - without.likely_wei == 10**15
        assert cost.most_wei - without.most_wei == 2 * 10**15
        # The batch's own root may cost some gas less, for zeros in it; far less than the data fee.
        with pytest.raises(GuardRefused) as refused:
            desk.anchor(guards=Guards(max_cost_wei=without.most_wei + 10**15))
        assert refused.value.code == "guard.max_cost"
        assert desk.anchor(guards=Guards(max_cost_wei=cost.most_wei * 2)).state is BatchState.PUBLISHED


def test_gas_that_pays_for_data_on_layer_1_gets_room_to_grow(issuer: Issuer, anvil: Anvil) -> None:
    anvil.ask("anvil_setCode", str(NODE_INTERFACE), answering(7_000))
    with issuer.desk() as desk:
        intent = _anchor_intent(desk)
        without = desk.submission.cost(issuer.address, intent)
    with issuer.desk(data_fees=DataFees.ARBITRUM) as desk:
        assert desk.submission.cost(issuer.address, intent).gas == without.gas + 7_000


def test_a_chain_that_is_no_rollup_of_that_kind_is_noticed(issuer: Issuer, anvil: Anvil) -> None:
    anvil.ask("anvil_setCode", str(GAS_PRICE_ORACLE), "0x60006000fd")
    with issuer.desk(data_fees=DataFees.OP_STACK) as desk, pytest.raises(AnchorRejected):
        desk.submission.cost(issuer.address, _anchor_intent(desk))


def test_amounts_are_written_in_coins() -> None:
    assert (coins(0), coins(1), coins(10**18), coins(15 * 10**17)) == ("0", "less than 0.000000001", "1", "1.5")


def _anchor_intent(desk: Any) -> Any:
    from credroot.chain.registry import calls as registry_calls
    from credroot.core.values import Root
    from credroot.issuer.sending.intent import Intent

    data = registry_calls.anchor(desk.bench.issuer, Root(Digest(b"\xaa" * 32)), 3)
    return Intent("anchor", "one", desk.bench.deployment.address, data)


def test_a_bound_that_is_not_named_anew_stays() -> None:
    caps = Caps(cost_wei=10**16, fee_wei=10**11)
    assert caps.changed_by(Caps()) == caps
    assert caps.changed_by(Caps(fee_wei=5)) == Caps(10**16, 5)
    assert caps.changed_by(Caps(cost_wei=7)) == Caps(7, 10**11)


def test_a_fee_above_the_cap_is_told_beside_it() -> None:
    cost, now = Cost(gas=1, likely_wei=1, most_wei=1, balance_wei=9), Fees(base_fee=250 * GWEI, tip=GWEI // 10)
    with pytest.raises(GuardRefused) as error:
        check_guards(cost, now, Guards(max_fee_wei=200 * GWEI))
    assert error.value.code == "guard.max_fee"
    assert "250.1 gwei" in str(error.value)
    assert "200 (max_fee_gwei" in str(error.value)
    check_guards(cost, now, Guards(max_fee_wei=251 * GWEI))


def test_every_well_known_network_but_the_local_one_bounds_the_fee() -> None:
    unbound = [name for name, network in well_known_networks().items() if network.max_fee_gwei is None]
    assert unbound == [LOCAL_NETWORK]
