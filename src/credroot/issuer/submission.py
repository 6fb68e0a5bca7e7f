"""One intended transaction, brought onto the chain exactly once.

The order is the design: the signed bytes and their hash are in the journal before the first send, every send repeats
those bytes or replaces them under the same nonce, and what became of them is read from receipts by hash. So the process
may end at any moment, and `Submission.advance` finds out where things stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.finality import Confirmations
from credroot.core.errors import GuardRefused
from credroot.store.journal_records import Attempt, Operation, OperationState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.chain.finality import Finality
    from credroot.chain.keystore import Signer
    from credroot.chain.writer import ChainWriter, Fees, Receipt
    from credroot.core.values import Address, ChainId
    from credroot.store.journal import Journal

GAS_MARGIN = 1.05
"""Estimates are exact for a chain that stands still; this is for one block of movement."""
GAS_RESERVE = 2_000


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to be done on the chain."""

    kind: str
    label: str
    to: Address | None
    data: bytes
    value_wei: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a transaction costs, in wei, and what there is."""

    gas: int
    """The limit that the transaction would carry."""
    likely_wei: int
    most_wei: int
    balance_wei: int


@dataclass(frozen=True, slots=True)
class Guards:
    """What an issuer is ready to pay. `None` sets no bound."""

    max_cost_wei: int | None = None
    max_fee_wei: int | None = None
    """Per unit of gas."""


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
    ) -> None:
        """Work on `chain`, whose id the caller has checked, under the rule `finality`."""
        self._journal = journal
        self._chain = chain
        self._chain_id = chain_id
        self._finality = finality
        self._clock = clock

    def cost(self, sender: Address, intent: Intent) -> Cost:
        """Ask what `intent` would cost now. Nothing is signed.

        Raises:
            AnchorRejected: the contract would refuse it.
        """
        return self._cost(sender, intent, self._chain.fees())

    def _cost(self, sender: Address, intent: Intent, fees: Fees) -> Cost:
        estimate = self._chain.estimate_gas(sender, intent.to, intent.data, intent.value_wei)
        gas = int(estimate * GAS_MARGIN) + GAS_RESERVE
        return Cost(
            gas=gas,
            likely_wei=estimate * fees.likely + intent.value_wei,
            most_wei=gas * fees.most + intent.value_wei,
            balance_wei=self._chain.balance_wei(sender),
        )

    def sign(self, signer: Signer, intent: Intent, *, guards: Guards, batch: str | None = None) -> Operation:
        """Sign `intent` and write it to the journal. Nothing is sent: `advance` does that.

        Raises:
            GuardRefused: it would cost more than `guards` allow or than the account holds, or an earlier operation of
                the account is still open.
            AnchorRejected: the contract would refuse it.
            JournalError: it could not be written, so it does not exist.
        """
        fees = self._chain.fees()
        cost = self._cost(signer.address, intent, fees)
        max_fee = fees.most if guards.max_fee_wei is None else min(fees.most, guards.max_fee_wei)
        check_guards(cost, fees, guards)
        nonce = self._next_nonce(signer.address)
        attempt = sign_attempt(signer, intent, self._chain_id, nonce, cost.gas, max_fee, fees, self._clock())
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
        )

    def _next_nonce(self, sender: Address) -> int:
        """Choose above both what the journal used and what the chain knows; neither alone has seen everything."""
        used, pending = self._journal.next_nonce(self._chain_id, sender), self._chain.nonce(sender)
        for operation in self._journal.operations(chain_id=self._chain_id):
            if (
                operation.sender == sender
                and operation.state.is_open
                and operation.nonce >= self._chain.nonce(sender, "latest")
            ):
                raise GuardRefused(
                    f"an earlier transaction of {sender} is still open: {operation.label}; resume it first",
                    code="guard.open_operation",
                )
        if used > pending:
            raise GuardRefused(
                f"the chain has seen {pending} transactions of {sender}, the journal {used}: is this another chain, "
                "or one that was set up anew?",
                code="guard.chain_behind",
            )
        return pending

    def advance(self, operation: Operation) -> Operation:
        """Look at the chain once and make the one move that follows; give the operation as it stands then.

        A lost answer leaves nothing behind that the next call does not find. Raises `ChainUnavailable` where the chain
        can't be asked, and `JournalError` before anything is sent that could not be written down.
        """
        if operation.state in (OperationState.REVERTED, OperationState.REPLACED_EXTERNALLY):
            return operation
        receipt = self._canonical_receipt(operation)
        if receipt is not None:
            return self._mined(operation, receipt)
        if operation.state in (OperationState.FINAL, OperationState.REORGED_AFTER_FINAL):
            return self._to(operation, OperationState.REORGED_AFTER_FINAL, "its block is no longer on the chain")
        if operation.state is OperationState.MINED:
            return self._to(operation, OperationState.SIGNED, "its block was replaced; it will be sent again")
        if self._chain.nonce(operation.sender, "latest") > operation.nonce:
            return self._nonce_used(operation)
        return self._broadcast(operation)

    def _canonical_receipt(self, operation: Operation) -> Receipt | None:
        """Give the receipt of whichever attempt is in a block of the present chain."""
        for attempt in self._journal.attempts(operation.id):
            receipt = self._chain.receipt(attempt.hash)
            if receipt is None:
                continue
            block = self._chain.block(receipt.block_number)
            if block is not None and block.hash == receipt.block_hash:
                return receipt
        return None

    def _nonce_used(self, operation: Operation) -> Operation:
        """Tell our own transaction, mined between two questions, from somebody else's with our nonce."""
        receipt = self._canonical_receipt(operation)
        if receipt is not None:
            return self._mined(operation, receipt)
        return self._to(
            operation, OperationState.REPLACED_EXTERNALLY, f"another transaction used nonce {operation.nonce}"
        )

    def _mined(self, operation: Operation, receipt: Receipt) -> Operation:
        known = operation.block_hash == receipt.block_hash and operation.transaction == receipt.transaction
        if not (known and operation.state in (OperationState.MINED, OperationState.FINAL)):
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
        if isinstance(self._finality, Confirmations):
            if self._finality.count <= 1:
                return True
            head = self._chain.block("latest")
            return head is not None and head.number - receipt.block_number + 1 >= self._finality.count
        reached = self._chain.block(self._finality.tag)
        return reached is not None and reached.number >= receipt.block_number

    def _broadcast(self, operation: Operation) -> Operation:
        refusal = self._chain.send(self._journal.attempts(operation.id)[-1].raw)
        if operation.state is OperationState.BROADCAST and refusal is None:
            return operation
        note = "" if refusal is None else f"the endpoint said: {refusal}"
        if operation.state is OperationState.BROADCAST and operation.note == note:
            return operation
        return self._to(operation, OperationState.BROADCAST, note)

    def _to(self, operation: Operation, state: OperationState, note: str) -> Operation:
        if operation.state is state and operation.note == note:
            return operation
        self._journal.set_state(operation.id, state, self._clock(), note=note)
        return self._journal.operation(operation.id)


def check_guards(cost: Cost, fees: Fees, guards: Guards) -> None:
    """Raise `GuardRefused` where a transaction would cost more than is allowed, or than there is."""
    if guards.max_cost_wei is not None and cost.most_wei > guards.max_cost_wei:
        raise GuardRefused(
            f"it could cost {coins(cost.most_wei)}, more than the cap of {coins(guards.max_cost_wei)}; nothing was sent",
            code="guard.max_cost",
        )
    if guards.max_fee_wei is not None and fees.likely > guards.max_fee_wei:
        raise GuardRefused("the network asks a higher fee than the cap allows; nothing was sent", code="guard.max_fee")
    if cost.most_wei > cost.balance_wei:
        raise GuardRefused(
            f"the account holds {coins(cost.balance_wei)} and the transaction could cost {coins(cost.most_wei)}; "
            "nothing was sent",
            code="guard.balance",
        )


def sign_attempt(
    signer: Signer, intent: Intent, chain_id: ChainId, nonce: int, gas: int, max_fee: int, fees: Fees, now: datetime
) -> Attempt:
    """Sign one attempt at `intent`: EIP-1559 where the chain has a base fee, a legacy transaction elsewhere."""
    transaction: dict[str, object] = {
        "chainId": int(chain_id),
        "nonce": nonce,
        "gas": gas,
        "value": intent.value_wei,
        "data": intent.data,
        # An empty recipient creates a contract.
        "to": b"" if intent.to is None else str(intent.to),
    }
    tip = min(fees.tip, max_fee)
    if fees.base_fee is None:
        transaction["gasPrice"] = max_fee
        tip = max_fee
    else:
        transaction |= {"type": 2, "maxFeePerGas": max_fee, "maxPriorityFeePerGas": tip}
    raw, digest = signer.sign_transaction(transaction)
    return Attempt(hash=digest, raw=raw, gas=gas, max_fee_wei=max_fee, tip_wei=tip, signed_at=now)


def coins(wei: int) -> str:
    """Write an amount in whole coins of 10^18 wei, with what digits it needs and at most nine after the point."""
    whole, part = divmod(wei, 10**18)
    digits = f"{part:018d}"[:9].rstrip("0")
    if not digits and not whole and wei:
        return "less than 0.000000001"
    return f"{whole}.{digits}" if digits else str(whole)
