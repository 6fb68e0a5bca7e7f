"""Each state of an anchoring transaction, how it is left, and what a new process makes of it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from credroot.chain.blocks.finality import Confirmations, FinalityTag
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.facts import Query
from credroot.core.errors import AnchorRejected, ChainUnavailable, GuardRefused
from credroot.core.status import Status
from credroot.issuer.sending.intent import Guards, Intent
from credroot.store.journal_records import BatchState, OperationState
from credroot.store.lock import LockHeld
from tests.campaigns.desk import Desk, root_of
from tests.issuer.lifecycle.conftest import Issuer, Paused, Steps, stop

if TYPE_CHECKING:
    from tests.campaigns.anvil import Anvil


def anchors_of(desk: Desk) -> list[Any]:
    """Every event that anchored a batch in the issuer's name."""
    from credroot.issuer.sending.recorded_events import own_events

    return [event for event in own_events(desk.bench) if event.name == "BatchAnchored"]


def states(desk: Desk, name: str = "one") -> list[str]:
    return [line.state for line in desk.journal.history(name)]


def test_a_batch_is_published_once_its_block_is_final(issuer: Issuer) -> None:
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert states(desk) == ["preparing", "prepared", "signed", "broadcast", "mined", "final", "published"]
        assert len(desk.published()) == 3
        assert len(anchors_of(desk)) == 1


def test_the_files_are_not_published_before_their_block_is_final(issuer: Issuer, anvil: Anvil) -> None:
    def look() -> None:
        assert desk.published() == []
        anvil.mine()

    with issuer.desk(world=Steps(anvil, look, look)) as desk:
        desk.anchor()
        assert desk.published() != []


def test_the_finalized_tag_is_waited_for(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(finality=FinalityTag("finalized")) as desk:
        desk.anchor()
        mined = desk.operation().block_number
        assert mined is not None
        assert int(anvil.ask("eth_getBlockByNumber", "finalized", False)["number"], 16) >= mined


def test_a_process_that_ends_after_signing_is_continued_with_the_same_bytes(issuer: Issuer) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.chain, "send", lambda _raw: stop())
        with pytest.raises(Paused):
            desk.anchor()
        assert desk.journal.batch("one").state is BatchState.SIGNED
        signed = desk.journal.attempts(desk.operation().id)
    with issuer.desk() as desk:
        desk.anchor()
        assert desk.journal.attempts(desk.operation().id) == signed
        assert desk.operation().transaction == signed[0].hash


def test_a_lost_answer_to_sending_is_found_on_the_chain(issuer: Issuer, anvil: Anvil) -> None:
    def send_and_die(raw: bytes) -> None:
        anvil.ask("eth_sendRawTransaction", "0x" + raw.hex())
        anvil.mine()
        stop()

    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.chain, "send", send_and_die)
        with pytest.raises(Paused):
            desk.anchor()
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.chain, "send", lambda _raw: pytest.fail("sent again"))
        assert desk.anchor().state is BatchState.PUBLISHED


def test_a_transaction_that_the_pool_dropped_is_sent_again(issuer: Issuer, anvil: Anvil) -> None:
    def drop() -> None:
        anvil.drop(desk.journal.attempts(desk.operation().id)[-1].hash)
        anvil.mine()

    with issuer.desk(world=Steps(anvil, drop)) as desk:
        desk.anchor()
        assert len(anchors_of(desk)) == 1
        assert len(desk.journal.attempts(desk.operation().id)) == 1


def test_a_block_that_vanishes_before_it_is_final_sends_the_same_bytes_again(issuer: Issuer, anvil: Anvil) -> None:
    world = Steps(anvil, anvil.mine, lambda: anvil.reorganise(2))
    with issuer.desk(world=world) as desk:
        desk.anchor()
        assert states(desk).count("mined") == 2
        assert states(desk).count("published") == 1
        assert len(desk.journal.attempts(desk.operation().id)) == 1
        assert len(anchors_of(desk)) == 1


def test_a_final_block_that_vanishes_is_an_alarm_and_the_next_resume_anchors_again(
    issuer: Issuer, anvil: Anvil
) -> None:
    with issuer.desk() as desk:
        desk.anchor()
        before = [path.read_bytes() for path in desk.published()]
        anvil.reorganise(6)
        with pytest.raises(AnchorRejected) as refused:
            desk.anchor()
        assert refused.value.code == "anchor.reorged"
        assert desk.journal.batch("one").state is BatchState.REORGED_AFTER_FINAL
        assert anchors_of(desk) == []
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 1
        assert [path.read_bytes() for path in desk.published()] == before


def foreign_transaction(issuer: Issuer, anvil: Anvil, folder: Any) -> None:
    """Somebody else spends the issuer's next number, from a journal of their own."""
    with issuer.desk(folder=folder, finality=Confirmations(1)) as other:
        intent = Intent("fund", "somebody else's", issuer.address, b"", 1)
        other.bench.carry_out(other.signer, intent, Guards())


def test_a_number_that_somebody_else_used_is_certain_only_when_final_and_then_the_batch_goes_on(
    issuer: Issuer, anvil: Anvil, tmp_path: Any
) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.submission, "_broadcast", lambda *_args, **_options: stop())
        with pytest.raises(Paused):
            desk.anchor()
    foreign_transaction(issuer, anvil, tmp_path / "other")
    with issuer.desk() as desk:
        waiting = desk.submission.advance(desk.operation())
        assert waiting.state is OperationState.BROADCAST
        assert not desk.submission.is_dead(waiting)
        with pytest.raises(AnchorRejected) as refused:
            desk.anchor()
        assert refused.value.code == "anchor.replaced"
        first = desk.operation()
        assert first.state is OperationState.REPLACED_EXTERNALLY
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert desk.operation().id != first.id
        assert desk.journal.operation(first.id).state is OperationState.ABANDONED
        assert len(anchors_of(desk)) == 1


def test_a_refused_transaction_is_paid_once_and_the_batch_goes_on_when_that_is_final(
    issuer: Issuer, anvil: Anvil
) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        real = registry_calls.anchor
        patch.setattr(
            registry_calls, "anchor", lambda account, root, _count: real(account, root, 0)
        )  # an empty batch, which the registry refuses
        patch.setattr(desk.chain, "estimate_gas", lambda *_call: 100_000)
        with pytest.raises(AnchorRejected) as refused:
            desk.anchor()
        assert refused.value.code == "anchor.reverted"
        assert desk.journal.batch("one").state is BatchState.REVERTED
        assert not desk.submission.is_dead(desk.operation())
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert states(desk)[-6:] == ["abandoned", "signed", "broadcast", "mined", "final", "published"]
        assert len(anchors_of(desk)) == 1


def test_a_restored_journal_finds_its_batch_on_the_chain_and_pays_nothing(issuer: Issuer, tmp_path: Any) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.bench.submission, "sign", lambda *_args, **_options: stop())
        with pytest.raises(Paused):
            desk.anchor()
        assert desk.journal.batch("one").state is BatchState.PREPARED
    shutil.copytree(issuer.folder, tmp_path / "backup")
    with issuer.desk() as desk:
        desk.anchor()
        spent = desk.chain.nonce(issuer.address)
    with issuer.desk(folder=tmp_path / "backup") as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert desk.chain.nonce(issuer.address) == spent
        assert desk.operation().nonce is None
        assert any(line.startswith("found 0x") for line in desk.said)
        assert len(anchors_of(desk)) == 1


def test_a_restored_journal_that_forgot_the_whole_batch_does_not_anchor_its_people_twice(
    issuer: Issuer, tmp_path: Any
) -> None:
    with issuer.desk() as desk:
        desk.anchor()
        known = anchors_of(desk)
    with issuer.desk(folder=tmp_path / "empty") as desk:
        with pytest.raises(GuardRefused) as refused:
            desk.anchor()
        assert refused.value.code == "guard.journal_behind"
        assert desk.journal.batch("one").state is BatchState.PREPARING
        desk.journal.accept(issuer.deployment.chain_id, known[0].transaction, "I know of it", desk.bench.clock())
        assert desk.anchor("two").state is BatchState.PUBLISHED


def test_a_restored_journal_does_not_overtake_its_own_waiting_transaction(
    issuer: Issuer, anvil: Anvil, tmp_path: Any
) -> None:
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.anchor()
    with issuer.desk(folder=tmp_path / "empty", world=stop) as desk:
        with pytest.raises(GuardRefused) as refused:
            desk.anchor()
        assert refused.value.code == "guard.unknown_pending"
        anvil.mine()
        with pytest.raises(GuardRefused) as refused:
            desk.anchor()
        # What it forgot is mined now; the batch was to be made anew, so it would get another root.
        assert refused.value.code == "guard.journal_behind"


def test_a_chain_that_was_set_up_anew_is_noticed(issuer: Issuer, anvil: Anvil) -> None:
    before = anvil.ask("evm_snapshot")
    with issuer.desk() as desk:
        desk.anchor()
        anvil.ask("evm_revert", before)
        with pytest.raises(GuardRefused) as refused:
            desk.submission.sign(desk.signer, Intent("fund", "anything", issuer.address, b""), guards=Guards())
        # Its one transaction is known as final and the chain has never seen it.
        assert refused.value.code == "guard.open_operation"
        with pytest.raises(AnchorRejected) as rejected:
            desk.anchor()
        assert rejected.value.code == "anchor.reorged"


def test_a_second_process_is_refused_while_the_first_works(issuer: Issuer) -> None:
    with issuer.desk(), pytest.raises(LockHeld):
        issuer.desk()


def test_an_interrupted_wait_loses_nothing(issuer: Issuer) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with issuer.desk(world=interrupt) as desk:
        with pytest.raises(KeyboardInterrupt):
            desk.anchor()
        assert desk.journal.batch("one").state is BatchState.BROADCAST
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert len(desk.journal.attempts(desk.operation().id)) == 1


def test_an_endpoint_that_stays_away_keeps_the_place(issuer: Issuer) -> None:
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.bench.submission, "_broadcast", lambda *_args, **_options: stop())
        with pytest.raises(Paused):
            desk.anchor()
    with issuer.desk() as desk, pytest.MonkeyPatch.context() as patch:

        def away(*_args: Any) -> Any:
            raise ChainUnavailable("away", code="chain.unreachable")

        patch.setattr(desk.chain, "receipt", away)
        with pytest.raises(ChainUnavailable):
            desk.anchor()
        assert desk.journal.batch("one").state is BatchState.SIGNED


def test_what_was_begun_before_is_finished_first_and_the_same_thing_is_not_done_twice(
    issuer: Issuer, anvil: Anvil
) -> None:
    with issuer.desk() as desk:
        desk.anchor()
        root = root_of(desk)
        data = registry_calls.revoke(issuer.address, root, 0, 1)
        revoke = Intent("withdraw", "revoke one", issuer.deployment.address, data)
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.bench.carry_out(desk.signer, revoke, Guards())
    with issuer.desk() as desk:
        spent = desk.chain.nonce(issuer.address)
        desk.bench.carry_out(desk.signer, revoke, Guards())
        assert desk.chain.nonce(issuer.address) == spent
        assert desk.bench.reader.read([Query(issuer.address, root, 0)])[0].status is Status.REVOKED
    other = Intent("withdraw", "another", issuer.deployment.address, registry_calls.revoke(issuer.address, root, 1, 1))
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.bench.carry_out(desk.signer, other, Guards())
    with issuer.desk() as desk:
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert desk.bench.reader.read([Query(issuer.address, root, 1)])[0].status is Status.REVOKED


def test_what_vanished_is_sent_again_in_order_before_what_follows_it(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(world=Steps(anvil, anvil.mine, stop)) as desk, pytest.raises(Paused):
        desk.anchor("one")
    assert issuer.folder.exists()
    with issuer.desk(world=Steps(anvil, anvil.mine, lambda: anvil.reorganise(2))) as desk:
        assert desk.journal.batch("one").state is BatchState.MINED
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert desk.anchor("one").state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 2


def test_a_number_that_nobody_fills_is_named(issuer: Issuer, anvil: Anvil, tmp_path: Any) -> None:
    foreign_transaction(issuer, anvil, tmp_path / "other")
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.anchor()
    anvil.reorganise(3)  # somebody else's transaction is gone, and whoever sent it does not send it again
    with issuer.desk() as desk:
        waiting = desk.submission.advance(desk.operation())
        assert waiting.state is OperationState.BROADCAST
        assert f"number 0 of {issuer.address}" in waiting.note
    with issuer.desk(folder=tmp_path / "other") as other:
        other.chain.send(other.journal.attempts(1)[0].raw)
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED


def test_what_is_stuck_sends_again_what_vanished_before_it(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk(world=Steps(anvil, anvil.mine, stop)) as desk, pytest.raises(Paused):
        desk.anchor("one")

    def vanish() -> None:
        assert desk.operation("two").state is OperationState.STUCK
        anvil.reorganise(1)

    idle = [lambda: None] * 20
    with issuer.desk(world=Steps(anvil, *idle, vanish, *[anvil.mine] * 20, stop), bump_after_s=0.0) as desk:
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert desk.anchor("one").state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 2


def test_what_vanished_with_what_followed_it_is_done_again_by_the_command_that_did_it(
    issuer: Issuer, anvil: Anvil
) -> None:
    first, second = (Intent("fund", name, issuer.address, name.encode()) for name in ("first", "second"))
    with issuer.desk() as desk:
        for intent in (first, second):
            desk.bench.carry_out(desk.signer, intent, Guards())
    anvil.reorganise(9)
    with issuer.desk() as desk, pytest.raises(AnchorRejected) as refused:
        desk.bench.carry_out(desk.signer, first, Guards())  # it is told of the second one
    assert refused.value.code == "anchor.reorged"
    with issuer.desk(world=Steps(anvil, *[anvil.mine] * 20, stop)) as desk:
        assert desk.bench.carry_out(desk.signer, first, Guards()).state is OperationState.FINAL
        assert all(operation.state.is_mined for operation in desk.journal.operations())
        assert desk.chain.nonce(issuer.address) == 2


def test_a_single_thing_that_vanished_is_done_again_when_it_is_ordered_again(issuer: Issuer, anvil: Anvil) -> None:
    intent = Intent("fund", "the only one", issuer.address, b"one")
    with issuer.desk() as desk:
        desk.bench.carry_out(desk.signer, intent, Guards())
        anvil.reorganise(6)
        assert desk.submission.advance(desk.journal.operations()[0]).state is OperationState.REORGED_AFTER_FINAL
    with issuer.desk() as desk:
        assert desk.bench.carry_out(desk.signer, intent, Guards()).state is OperationState.FINAL
        assert desk.chain.nonce(issuer.address) == 1


def test_a_batch_does_not_wait_for_another_one_that_somebody_has_to_take_up(issuer: Issuer, anvil: Anvil) -> None:
    with issuer.desk() as desk:
        desk.anchor("one")
    with issuer.desk(world=stop) as desk, pytest.raises(Paused):
        desk.anchor("two")
    anvil.reorganise(6)
    with issuer.desk(world=Steps(anvil, *[anvil.mine] * 20, stop)) as desk:
        with pytest.raises(GuardRefused) as refused:
            desk.anchor("two")
        assert refused.value.code == "guard.earlier_vanished"
        assert "batch one" in str(refused.value)
    with issuer.desk() as desk:
        assert desk.anchor("one").state is BatchState.PUBLISHED
        assert desk.anchor("two").state is BatchState.PUBLISHED
        assert len(anchors_of(desk)) == 2
