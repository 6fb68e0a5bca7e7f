"""One intended transaction, brought onto the chain exactly once.

The order is the design: the signed bytes and their hash are in the journal before the first send, every send repeats
those bytes or replaces them under the same nonce, and what became of them is read from receipts by hash. So the process
may end at any moment, and `Submission.advance` finds out where things stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.writing.data_fees import DataFees, data_fee_wei, data_gas
from credroot.core.errors import GuardRefused, SignerUnavailable
from credroot.issuer.sending.fees import BUMP_AFTER_S, TooDear, first_price, is_due, replacement_price
from credroot.issuer.sending.intent import Cost, Guards, Intent, check_guards, sign_attempt
from credroot.store.journal_records import Operation, OperationState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.chain.blocks.finality import Finality
    from credroot.chain.writing.keystore import Signer
    from credroot.chain.writing.writer import ChainWriter, Fees, Receipt
    from credroot.core.values import Address, ChainId
    from credroot.store.journal import Journal

GAS_MARGIN = 1.05
"""Estimates are exact for a chain that stands still; this is for one block of movement."""
GAS_RESERVE = 2_000
DATA_FEE_HEADROOM = 2
"""The data fee follows layer 1, whose fees at most double within a few blocks."""
LEAST_CONFIRMATIONS = 1


class Submission:
    """Transactions of one account on one chain, one after the other. The caller holds the account's lock."""

    def __init__(
        self,
        journal: Journal,
        chain: ChainWriter,
        *,
        chain_id: ChainId,
        finality: Finality,
        clock: Callable[[], datetime],
        data_fees: DataFees = DataFees.NONE,
        bump_after_s: float = BUMP_AFTER_S,
    ) -> None:
        """Work on `chain`, whose id the caller has checked, under the rule `finality`."""
        self._journal = journal
        self._chain = chain
        self._chain_id = chain_id
        self._finality = finality
        self._clock = clock
        self._data_fees = data_fees
        self._bump_after_s = bump_after_s

    # -- before anything is sent --

    def cost(self, sender: Address, intent: Intent) -> Cost:
        """Ask what `intent` would cost now. Nothing is signed.

        Raises:
            AnchorRejected: the contract would refuse it.
        """
        return self._cost(sender, intent, self._chain.fees())

    def _cost(self, sender: Address, intent: Intent, fees: Fees) -> Cost:
        estimate = self._chain.estimate_gas(sender, intent.to, intent.data, intent.value_wei)
        moving = 0 if intent.to is None else data_gas(self._data_fees, self._chain, intent.to, intent.data)
        gas = int(estimate * GAS_MARGIN) + GAS_RESERVE + moving * (DATA_FEE_HEADROOM - 1)
        data_fee = data_fee_wei(self._data_fees, self._chain, intent.data)
        return Cost(
            gas=gas,
            likely_wei=estimate * fees.likely + intent.value_wei + data_fee,
            most_wei=gas * fees.most + intent.value_wei + data_fee * DATA_FEE_HEADROOM,
            balance_wei=self._chain.balance_wei(sender),
            data_fee_wei=data_fee,
            fee_wei=fees.likely,
            most_fee_wei=fees.most,
        )

    def sign(
        self,
        signer: Signer,
        intent: Intent,
        *,
        guards: Guards,
        batch: str | None = None,
        instead_of: Operation | None = None,
        ready: Callable[[int], None] = lambda _nonce: None,
    ) -> Operation:
        """Sign `intent` and write it to the journal. Nothing is sent: `advance` does that.

        `instead_of` is an operation that `is_dead` says can have no effect any more; it is abandoned. `ready` is called
        with the chosen number before anything is signed with it, and may refuse: what it sees on the chain of this
        account came with smaller numbers, and what comes later has to compete for this one.

        Raises:
            GuardRefused: it would cost more than `guards` allow or than the account holds, an earlier operation of
                the account is still open, or the chain and the journal do not know the same transactions.
            AnchorRejected: the contract would refuse it.
            JournalError: it could not be written, so it does not exist.
        """
        fees = self._chain.fees()
        cost = self._cost(signer.address, intent, fees)
        check_guards(cost, fees, guards)
        nonce = self._next_nonce(signer.address)
        ready(nonce)
        price = first_price(fees, guards.caps)
        attempt = sign_attempt(signer, intent, self._chain_id, nonce, cost.gas, price, fees, self._clock())
        return self._journal.add_operation(
            kind=intent.kind,
            label=intent.label,
            chain_id=self._chain_id,
            sender=signer.address,
            to=intent.to,
            data=intent.data,
            value_wei=intent.value_wei,
            nonce=nonce,
            attempt=attempt,
            at=self._clock(),
            batch=batch,
            instead_of=None if instead_of is None else instead_of.id,
            caps=guards.caps,
        )

    def open_operations(self, sender: Address) -> tuple[Operation, ...]:
        """Give the operations of an account whose number the chain has not used yet, oldest first."""
        mined = self._chain.nonce(sender, "latest")
        return tuple(
            operation
            for operation in self._journal.operations(chain_id=self._chain_id)
            if operation.sender == sender
            and operation.state is not OperationState.ABANDONED
            and operation.nonce is not None
            and operation.nonce >= mined
        )

    def _next_nonce(self, sender: Address) -> int:
        """Give the number that chain and journal agree on; where they don't, one of them has forgotten something."""
        pending = self._chain.nonce(sender)
        for operation in self.open_operations(sender):
            raise GuardRefused(
                f"an earlier transaction of {sender} is still open: {operation.label}; resume it first",
                code="guard.open_operation",
            )
        mined, used = self._chain.nonce(sender, "latest"), self._journal.next_nonce(self._chain_id, sender)
        if used > mined:
            raise GuardRefused(
                f"the chain has seen {mined} transactions of {sender}, the journal {used}: is this another chain, "
                "or one that was set up anew?",
                code="guard.chain_behind",
            )
        if pending > mined:
            raise GuardRefused(
                f"{pending - mined} transactions of {sender} that this journal does not know are waiting to be mined: "
                "was the journal restored from a backup, or does somebody else use this key? Wait for them first",
                code="guard.unknown_pending",
            )
        return mined

    # -- after it was signed --

    def advance(self, operation: Operation, signer: Signer | None = None) -> Operation:
        """Look at the chain once and make the one move that follows; give the operation as it stands then.

        `signer` may sign a replacement of what has waited too long; without it nothing is signed. A lost answer leaves
        nothing behind that the next call does not find. Raises `ChainUnavailable` where the chain can't be asked,
        `JournalError` before anything is sent that could not be written down, and `GuardRefused`
        (``guard.earlier_vanished``) where it would wait for one that somebody has to take up first.
        """
        return self._advance(operation, signer, alone=False)

    def _advance(self, operation: Operation, signer: Signer | None, *, alone: bool) -> Operation:
        if operation.state is OperationState.ABANDONED:
            return operation
        receipt = self._canonical_receipt(operation)
        if receipt is not None:
            return self._mined(operation, receipt)
        if operation.state in (OperationState.FINAL, OperationState.REORGED_AFTER_FINAL):
            return self._to(operation, OperationState.REORGED_AFTER_FINAL, "its block is no longer on the chain")
        if operation.nonce is None:
            return self._to(operation, OperationState.REPLACED_EXTERNALLY, "a transaction that was not ours is gone")
        if operation.state in (OperationState.MINED, OperationState.REVERTED):
            return self._to(operation, OperationState.SIGNED, "its block was replaced; it will be sent again")
        if self._chain.nonce(operation.sender, "latest") > operation.nonce:
            return self._number_used(operation)
        if operation.state is OperationState.REPLACED_EXTERNALLY:
            return self._to(operation, OperationState.SIGNED, "its number is free again; it will be sent again")
        return self._broadcast(operation, signer, alone=alone)

    def reopen(self, operation: Operation) -> Operation:
        """Take up again what vanished after it was final: the same bytes are sent again by the next `advance`."""
        if operation.state is not OperationState.REORGED_AFTER_FINAL:
            return operation
        if operation.nonce is None:
            return self._to(operation, OperationState.REPLACED_EXTERNALLY, "a transaction that was not ours is gone")
        return self._to(operation, OperationState.SIGNED, "taken up again after its final block was replaced")

    def is_dead(self, operation: Operation) -> bool:
        """Answer whether an operation can have no effect any more: refused in a final block, or its number used in one.

        Only then another one may take its place; before, a reorganisation could still let both happen.
        """
        receipt = self._canonical_receipt(operation)
        if receipt is not None:
            return not receipt.succeeded and self._is_final(receipt)
        if operation.nonce is None:
            return True
        return self._final_nonce(operation.sender) > operation.nonce and self._canonical_receipt(operation) is None

    def _canonical_receipt(self, operation: Operation) -> Receipt | None:
        """Give the receipt of whichever attempt is in a block of the present chain."""
        for attempt in self._journal.attempts(operation.id):
            receipt = self._chain.receipt(attempt.hash)
            if receipt is not None and self._is_canonical(receipt):
                return receipt
        return None

    def _is_canonical(self, receipt: Receipt) -> bool:
        block = self._chain.block(receipt.block_number)
        return block is not None and block.hash == receipt.block_hash

    def _number_used(self, operation: Operation) -> Operation:
        """Tell our own transaction, mined between two questions, from somebody else's with our nonce."""
        gone = self._final_nonce(operation.sender) > (operation.nonce or 0)
        receipt = self._canonical_receipt(operation)
        if receipt is not None:
            return self._mined(operation, receipt)
        if gone:
            note = f"another transaction used number {operation.nonce}"
            return self._to(operation, OperationState.REPLACED_EXTERNALLY, note)
        note = f"number {operation.nonce} was used by a transaction that is not ours; waiting until that is final"
        return self._to(operation, OperationState.BROADCAST, note)

    def _mined(self, operation: Operation, receipt: Receipt) -> Operation:
        outcome = OperationState.MINED if receipt.succeeded else OperationState.REVERTED
        known = operation.block_hash == receipt.block_hash and operation.transaction == receipt.transaction
        if not (known and operation.state in (outcome, OperationState.FINAL)):
            self._journal.set_mined(
                operation.id,
                transaction=receipt.transaction,
                block_number=receipt.block_number,
                block_hash=receipt.block_hash,
                gas_used=receipt.gas_used,
                fee_wei=receipt.fee_wei,
                succeeded=receipt.succeeded,
                at=self._clock(),
            )
            operation = self._journal.operation(operation.id)
        if operation.state is OperationState.MINED and self._is_final(receipt):
            return self._to(operation, OperationState.FINAL, f"by {self._finality}")
        return operation

    def _is_final(self, receipt: Receipt) -> bool:
        if self._final_block() < receipt.block_number:
            return False
        # Between the two questions the chain may have been reorganised: what is final now must still be this block.
        return self._is_canonical(receipt)

    def _final_block(self) -> int:
        """Give the number of the newest block that is final by policy, -1 where none is."""
        if isinstance(self._finality, Confirmations):
            head = self._chain.block("latest")
            return -1 if head is None else head.number - max(self._finality.count, LEAST_CONFIRMATIONS) + 1
        reached = self._chain.block(self._finality.tag)
        return -1 if reached is None else reached.number

    def _final_nonce(self, sender: Address) -> int:
        block = self._final_block()
        return self._chain.nonce(sender, block) if block >= 0 else 0

    def _broadcast(self, operation: Operation, signer: Signer | None, *, alone: bool) -> Operation:
        """Send the newest attempt once more, after a replacement where one is due."""
        stuck = ""
        if operation.state in (OperationState.BROADCAST, OperationState.STUCK):
            stuck = self._replace_if_due(operation, signer)
        refusal = self._chain.send(self._journal.attempts(operation.id)[-1].raw)
        said = "" if refusal is None else f"the endpoint said: {refusal}"
        waits = "" if alone else self._waits_for_earlier(operation)
        if stuck:
            return self._to(operation, OperationState.STUCK, waits or stuck)
        return self._to(operation, OperationState.BROADCAST, waits or said)

    def _waits_for_earlier(self, operation: Operation) -> str:
        """Send what stands before this operation as well, for a chain takes the numbers in order.

        Something that was final may be among it, after a reorganisation: to wait for what does not move by itself is
        refused. A number that none of ours has is named.
        """
        opened = self.open_operations(operation.sender)
        for earlier in opened:
            if earlier.nonce is None or operation.nonce is None or earlier.nonce >= operation.nonce:
                continue
            moved = self._advance(earlier, None, alone=True)
            if moved.state in (OperationState.REORGED_AFTER_FINAL, OperationState.REPLACED_EXTERNALLY):
                raise GuardRefused(
                    f"{operation.label} waits for an earlier transaction: {moved.label} is {moved.state}. Run that "
                    "again first, then this; both are written down, and nothing is lost",
                    code="guard.earlier_vanished",
                )
        next_number = self._chain.nonce(operation.sender, "latest")
        if next_number < (operation.nonce or 0) and all(one.nonce != next_number for one in opened):
            return (
                f"it waits for number {next_number} of {operation.sender}: the transaction that had it is gone and is "
                "not of this journal; send any transaction with that number"
            )
        return ""

    def _replace_if_due(self, operation: Operation, signer: Signer | None) -> str:
        """Write a replacement into the journal if one is due; say why it can't be made, or nothing."""
        last = self._journal.attempts(operation.id)[-1]
        age_s = (self._clock() - last.signed_at).total_seconds()
        fees = self._chain.fees()
        if not is_due(last, fees, age_s=age_s, bump_after_s=self._bump_after_s):
            return ""
        if signer is None or signer.address != operation.sender or operation.nonce is None:
            return "it has waited long; resume it to offer a higher fee"
        other_wei = operation.value_wei + data_fee_wei(self._data_fees, self._chain, operation.data) * DATA_FEE_HEADROOM
        price = replacement_price(
            last,
            fees,
            operation.caps,
            other_wei=other_wei,
            balance_wei=self._chain.balance_wei(operation.sender),
        )
        if isinstance(price, TooDear):
            return price.reason
        intent = Intent(operation.kind, operation.label, operation.to, operation.data, operation.value_wei)
        try:
            attempt = sign_attempt(
                signer, intent, self._chain_id, operation.nonce, last.gas, price, fees, self._clock()
            )
        except SignerUnavailable as error:
            return f"no higher fee can be offered now: {error}"
        self._journal.add_attempt(operation.id, attempt, self._clock())
        return ""

    def _to(self, operation: Operation, state: OperationState, note: str) -> Operation:
        if operation.state is state and operation.note == note:
            return operation
        self._journal.set_state(operation.id, state, self._clock(), note=note)
        return self._journal.operation(operation.id)
