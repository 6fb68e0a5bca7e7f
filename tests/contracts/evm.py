"""An EVM in memory for contract tests: py-evm's Prague state without blocks, signed transactions or a file.

It is a few times faster than eth-tester because a transaction here is one state transition and nothing else. Gas is
that of a real transaction: intrinsic cost, cold and warm access, refunds, the floor of EIP-7623.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from credroot.chain.ethereum_packages import keep_recursion_limit

with keep_recursion_limit():
    import rlp
    from eth.db.atomic import AtomicDB
    from eth.db.hash_trie import HashTrie
    from eth.rlp.accounts import Account
    from eth.vm.execution_context import ExecutionContext
    from eth.vm.forks.prague import PragueVM
    from eth.vm.forks.prague.state import PragueState
    from eth.vm.spoof import SpoofTransaction
    from eth_utils import keccak
    from trie import HexaryTrie
    from trie.constants import BLANK_NODE_HASH
    from trie.iter import NodeIterator

START_TIME = 1_767_225_600
"""2026-01-01T00:00:00Z, the first block's time."""
GAS_LIMIT = 30_000_000


@dataclass(frozen=True, slots=True)
class Log:
    """One event of one contract, with the time of its block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction or a call came to."""

    ok: bool
    output: bytes
    """Returned data, or the data of the revert."""
    gas_used: int
    """As a receipt of a real chain says it."""
    execution_gas: int
    """Of the contract's code alone: no intrinsic cost, no refund."""
    logs: tuple[Log, ...]
    created: bytes
    """Address of the new contract, if it was a creation."""


class Evm:
    """One chain's state. Each transaction is in a block of its own, at `time`, which only tests move."""

    def __init__(self, *, chain_id: int = 1, time: int = START_TIME) -> None:
        self.chain_id = chain_id
        self.time = time
        self.number = 1
        self._db = AtomicDB()
        self._state = self._state_at(BLANK_NODE_HASH)

    def _context(self) -> ExecutionContext:
        return ExecutionContext(
            coinbase=bytes(19) + b"\xcb",
            timestamp=self.time,
            block_number=self.number,
            difficulty=0,
            mix_hash=bytes(32),
            gas_limit=GAS_LIMIT,
            prev_hashes=(),
            chain_id=self.chain_id,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )

    def _state_at(self, root: bytes) -> PragueState:
        return PragueState(self._db, self._context(), root)

    def snapshot(self) -> tuple[bytes, int, int]:
        """A mark to go back to, any number of times."""
        self._state.lock_changes()
        self._state.persist()
        return self._state.state_root, self.time, self.number

    def restore(self, mark: tuple[bytes, int, int]) -> None:
        """Go back to a mark."""
        root, self.time, self.number = mark
        self._state = self._state_at(root)

    def fork(self, *, chain_id: int) -> None:
        """Give the chain another id from here on."""
        self.chain_id = chain_id
        self.restore(self.snapshot())

    def code(self, address: bytes) -> bytes:
        return self._state.get_code(address)

    def set_code(self, address: bytes, code: bytes) -> None:
        """Put code at an address, as EIP-7702 or a test's whim may do."""
        self._state.set_code(address, code)

    def without_precompile(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """Take away a precompiled contract for the length of a test: a chain that never had it."""
        computation = self._state.computation_class
        kept = {at: run for at, run in computation._precompiles.items() if at != number.to_bytes(20)}
        monkeypatch.setattr(computation, "_precompiles", kept)

    def fund(self, address: bytes, wei: int) -> None:
        self._state.set_balance(address, wei)

    def deploy(self, creation_code: bytes, *, sender: bytes = bytes(19) + b"\xde") -> bytes:
        """Create a contract and return its address."""
        receipt = self.send(sender, None, creation_code)
        assert receipt.ok, receipt.output
        return receipt.created

    def send(self, sender: bytes, to: bytes | None, data: bytes, *, value: int = 0) -> Receipt:
        """Run a transaction. A revert is in the receipt, not raised."""
        receipt = self._execute(sender, to, data, value, GAS_LIMIT)
        self.number += 1
        return receipt

    def call(self, sender: bytes, to: bytes | None, data: bytes, *, gas: int = GAS_LIMIT) -> Receipt:
        """Run a transaction and forget what it did."""
        self._state.lock_changes()
        mark = self._state.snapshot()
        try:
            return self._execute(sender, to, data, 0, gas, lock=False)
        finally:
            self._state.revert(mark)

    def _execute(
        self, sender: bytes, to: bytes | None, data: bytes, value: int, gas: int, *, lock: bool = True
    ) -> Receipt:
        state = self._state
        state.execution_context._timestamp = self.time
        state.execution_context._block_number = self.number
        if lock:
            state.lock_changes()
        transaction = SpoofTransaction(
            PragueVM.get_transaction_builder().create_unsigned_transaction(
                nonce=state.get_nonce(sender), gas_price=0, gas=gas, to=to or b"", value=value, data=data
            ),
            from_=sender,
        )
        computation = state.apply_transaction(transaction)
        left = computation.get_gas_remaining()
        refund = min(computation.get_gas_refund(), (gas - left) // 5)
        return Receipt(
            ok=computation.is_success,
            output=computation.output,
            gas_used=gas - left - refund + computation.data_floor_gas,
            execution_gas=gas - left - transaction.intrinsic_gas,
            logs=tuple(
                Log(address, tuple(topic.to_bytes(32) for topic in topics), payload, self.time)
                for address, topics, payload in (computation.get_log_entries() if computation.is_success else ())
            ),
            created=computation.msg.storage_address if to is None else b"",
        )

    def storage(self, address: bytes) -> dict[bytes, int]:
        """Every slot of a contract that is not zero, read from the storage trie: Keccak-256 of the slot -> value."""
        self.snapshot()
        encoded = HashTrie(HexaryTrie(self._db, self._state.state_root))[address]
        trie = HexaryTrie(self._db, rlp.decode(encoded, sedes=Account).storage_root)
        return {key: int.from_bytes(rlp.decode(value)) for key, value in NodeIterator(trie).items()}


def slot_key(slot: int) -> bytes:
    """The key of a slot in the storage trie."""
    return keccak(slot.to_bytes(32))
