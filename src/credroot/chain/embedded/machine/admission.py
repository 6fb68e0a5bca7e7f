"""What a raw transaction must fulfil before it is executed, refused in geth's words where it does not.

There is no pool of waiting transactions: what cannot be mined at once is refused, also a nonce that is too high.
"""

from __future__ import annotations

from typing import Any

from credroot.chain.embedded.failures import refused
from credroot.chain.embedded.layout import BLOCK_GAS_LIMIT, CHAIN_ID
from credroot.chain.embedded.machine.engine import Engine
from credroot.chain.embedded.machine.execution import MAX_CREATION_CODE, floor_gas
from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.rpc.hex_codec import data as hex_data
from credroot.core.keccak import keccak256
from credroot.core.values import Address

with keep_recursion_limit():
    from eth.exceptions import VMError
    from eth_utils.exceptions import ValidationError
    from rlp.exceptions import RLPException

KNOWN_TYPES = (1, 2, 4)
"""Transaction types beside the untyped one: access list, dynamic fee, set code. Blobs are of no use here."""


def admit(engine: Engine, raw: bytes) -> bytes:
    """Return the hash of a transaction that the next block can hold.

    Raises:
        CallFailure: -32000; the message begins with geth's words: "already known", "nonce too low", "nonce too
            high", "insufficient funds for gas * price + value", "intrinsic gas too low", "exceeds block gas limit",
            "max fee per gas less than block base fee", "invalid chain id for signer".
    """
    transaction_hash = keccak256(raw)
    if engine.transaction_place(transaction_hash) is not None:
        raise refused("already known")
    transaction = _decode(engine, raw)
    _check_shape(transaction)
    _check_fees(engine, transaction)
    _check_account(engine, transaction)
    return transaction_hash


def _decode(engine: Engine, raw: bytes) -> Any:
    if not raw:
        raise refused("typed transaction too short")
    if raw[0] < 0xC0 and raw[0] not in KNOWN_TYPES:
        raise refused("transaction type not supported")
    try:
        transaction = engine.transaction_builder().decode(raw)
        if transaction.encode() != raw:
            raise refused("rlp: not the one encoding of this transaction")
        if transaction.chain_id is None:
            raise refused("only replay-protected (EIP-155) transactions allowed over RPC")
        if transaction.chain_id != CHAIN_ID:
            raise refused(f"invalid chain id for signer: have {transaction.chain_id} want {int(CHAIN_ID)}")
        transaction.validate()
        transaction.check_signature_validity()
        transaction.get_sender()
    except (RLPException, ValidationError, VMError, ValueError, TypeError, IndexError) as error:
        raise refused(f"rlp or signature is malformed: {str(error)[:200]}") from error
    return transaction


def _check_shape(transaction: Any) -> None:
    if transaction.to == b"" and len(transaction.data) > MAX_CREATION_CODE:
        raise refused(f"max initcode size exceeded: code size {len(transaction.data)} limit {MAX_CREATION_CODE}")
    if transaction.gas > BLOCK_GAS_LIMIT:
        raise refused("exceeds block gas limit")
    if transaction.gas < (needed := transaction.intrinsic_gas):
        raise refused(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {needed}")
    if transaction.gas < (needed := floor_gas(transaction.data)):
        raise refused(f"insufficient gas for floor data gas cost: gas {transaction.gas}, minimum needed {needed}")


def _check_fees(engine: Engine, transaction: Any) -> None:
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise refused("max priority fee per gas higher than max fee per gas")
    base_fee = engine.next_header().base_fee_per_gas
    if transaction.max_fee_per_gas < base_fee:
        offered = transaction.max_fee_per_gas
        raise refused(f"max fee per gas less than block base fee: maxFeePerGas: {offered}, baseFee: {base_fee}")


def _check_account(engine: Engine, transaction: Any) -> None:
    state = engine.state(engine.head())
    sender = transaction.sender
    nonce, balance = state.get_nonce(sender), state.get_balance(sender)
    if transaction.nonce < nonce:
        raise refused(f"nonce too low: address {Address(sender)}, tx: {transaction.nonce} state: {nonce}")
    if transaction.nonce > nonce:
        raise refused(f"nonce too high: address {Address(sender)}, tx: {transaction.nonce} state: {nonce}")
    code = state.get_code(sender)
    if code and not code.startswith(b"\xef\x01\x00"):
        raise refused(f"sender not an eoa: {hex_data(sender)}")
    cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
    if balance < cost:
        raise refused(f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")
