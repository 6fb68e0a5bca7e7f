"""Executing without mining: ``eth_call``, with or without a contract to call, and the gas that a transaction needs.

py-evm's own executor runs the message, so warm addresses, refunds and the code deposit are those of a transaction;
only what a call does not have is left out: signature, nonce check, paying for gas.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from credroot.chain.embedded.failures import CallFailure, refused, reverted
from credroot.chain.embedded.layout import BLOCK_GAS_LIMIT, CALL_GAS_LIMIT, CHAIN_ID
from credroot.chain.embedded.machine.engine import Engine
from credroot.chain.embedded.parameters import BlockChoice, CallRequest
from credroot.chain.ethereum_packages import allow_recursion, keep_recursion_limit

with keep_recursion_limit():
    from eth.exceptions import InvalidInstruction, OutOfGas, Revert, VMError
    from eth.vm.forks.prague.state import PragueTransactionExecutor
    from eth.vm.spoof import SpoofTransaction

MAX_CREATION_CODE = 49_152
"""Bytes: EIP-3860."""
ESTIMATE_TOLERANCE = 0.015
"""An estimate may be this part above the least gas that works, as in geth."""
CALL_STIPEND = 2_300
"""Gas that a call with value is given for nothing."""


def call(engine: Engine, request: CallRequest, choice: BlockChoice) -> bytes:
    """Return what the execution on the state after a block returns; nothing of it is kept.

    Without `to`, `data` is creation code and what it returns is the answer, under the rules for new code: at most
    24,576 bytes, not beginning with 0xEF.

    Raises:
        CallFailure: 3 with the returned bytes when it reverts, -32000 for everything else that stops it.
    """
    header = engine.header_or_refuse(choice)
    gas = min(request.gas or CALL_GAS_LIMIT, CALL_GAS_LIMIT)
    computation = _execute(engine, header, request, gas)
    _raise_failure(computation)
    output: bytes = computation.output
    return output


def estimate_gas(engine: Engine, request: CallRequest, choice: BlockChoice) -> int:
    """Return the gas limit with which a transaction succeeds, at most 1.5 % above the least that does.

    Raises:
        CallFailure: as `call`, when it succeeds with no gas limit that the block or the sender's balance allows.
    """
    header = engine.header_or_refuse(choice)
    highest = min(request.gas or BLOCK_GAS_LIMIT, BLOCK_GAS_LIMIT)
    if request.max_fee:
        spare = engine.state(header).get_balance(request.sender) - request.value
        if spare < 0:
            raise refused("insufficient funds for transfer")
        highest = min(highest, spare // request.max_fee)
    if highest < _intrinsic_gas(engine, request):
        raise refused(f"gas required exceeds allowance ({highest})")
    computation = _execute(engine, header, request, highest)
    if isinstance(_error(computation), OutOfGas):
        raise refused(f"gas required exceeds allowance ({highest})")
    _raise_failure(computation)
    used = highest - computation.get_gas_remaining()
    lowest = max(used - computation.get_gas_refund(), _intrinsic_gas(engine, request)) - 1
    for likely in (used, (used + CALL_STIPEND) * 64 // 63):  # all that was used; also what inner calls held back
        if likely >= highest:
            break
        if _succeeds(engine, header, request, likely):
            highest = likely
            break
        lowest = max(lowest, likely)
    while lowest + 1 < highest and (highest - lowest) / highest > ESTIMATE_TOLERANCE:
        middle = (highest + lowest) // 2
        if _succeeds(engine, header, request, middle):
            highest = middle
        else:
            lowest = middle
    return max(highest, floor_gas(request.data))


def floor_gas(data: bytes) -> int:
    """Return the least gas that a transaction with this data pays, whatever it executes. Source: EIP-7623."""
    tokens = data.count(0) + 4 * (len(data) - data.count(0))
    return 21_000 + 10 * tokens


def _succeeds(engine: Engine, header: Any, request: CallRequest, gas: int) -> bool:
    try:
        return not _execute(engine, header, request, gas).is_error
    except CallFailure:
        return False


def _execute(engine: Engine, header: Any, request: CallRequest, gas: int) -> Any:
    """Return py-evm's finished computation, before refunds and fees are settled."""
    if request.to is None and len(request.data) > MAX_CREATION_CODE:
        raise refused(f"max initcode size exceeded: code size {len(request.data)} limit {MAX_CREATION_CODE}")
    state = engine.state(header)
    if request.value > (balance := state.get_balance(request.sender)):
        raise refused(
            f"insufficient funds for gas * price + value: address {request.sender} have {balance} want {request.value}"
        )
    transaction = _transaction(engine, replace(request, gas=gas), state.get_nonce(request.sender))
    if gas < transaction.intrinsic_gas:
        raise refused(f"intrinsic gas too low: have {gas}, want {transaction.intrinsic_gas}")
    executor = PragueTransactionExecutor(state)
    try:
        with allow_recursion():
            return executor.build_computation(executor.build_evm_message(transaction), transaction)
    except VMError as error:
        raise refused(_said(error)) from error


def _intrinsic_gas(engine: Engine, request: CallRequest) -> int:
    gas: int = _transaction(engine, request, 0).intrinsic_gas
    return gas


def _transaction(engine: Engine, request: CallRequest, nonce: int) -> Any:
    """Return an unsigned transaction of the request that costs nothing: its fee is zero."""
    unsigned = engine.transaction_builder().new_unsigned_dynamic_fee_transaction(
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_priority_fee_per_gas=0,
        max_fee_per_gas=0,
        gas=request.gas or 0,
        to=bytes(request.to) if request.to is not None else b"",
        value=request.value,
        data=request.data,
        access_list=[(bytes(address), list(slots)) for address, slots in request.access_list],
    )
    return SpoofTransaction(unsigned, from_=bytes(request.sender))


def _error(computation: Any) -> Exception | None:
    error: Exception | None = computation.error if computation.is_error else None
    return error


def _raise_failure(computation: Any) -> None:
    error = _error(computation)
    if isinstance(error, Revert):
        raise reverted(computation.output)
    if error is not None:
        raise refused(_said(error))


def _said(error: Exception) -> str:
    """Return geth's words for the common failures, and py-evm's own for the rest."""
    if isinstance(error, OutOfGas):
        return "out of gas" if "size" not in str(error) else f"max code size exceeded: {error}"
    if isinstance(error, InvalidInstruction):
        return f"invalid opcode: {error}"
    return f"{type(error).__name__}: {error}"
