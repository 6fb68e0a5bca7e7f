"""eth-tester and py-evm as the embedded chain's engine: rules, state and mining, over our database.

`EthereumTester` applies and mines what it is sent, one block per transaction. What it is slow at or does not know
(logs, historic state, proofs, geth's answers) is read past it, straight from py-evm's stores.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from credroot.chain.embedded.failures import refused
from credroot.chain.embedded.layout import BLOCK_GAS_LIMIT, CHAIN_ID, FAUCET_BALANCE, FAUCET_TEST_KEY
from credroot.chain.embedded.machine.database import ChainDatabase
from credroot.chain.embedded.machine.log_index import LogIndex, LogRecord
from credroot.chain.embedded.parameters import BlockChoice
from credroot.chain.ethereum_packages import allow_recursion, keep_recursion_limit
from credroot.core.values import Digest

with keep_recursion_limit():
    from eth.chains.base import MiningChain
    from eth.db.schema import SchemaV1
    from eth.exceptions import HeaderNotFound, TransactionNotFound
    from eth.vm.forks.prague import PragueVM
    from eth_keys.datatypes import PrivateKey
    from eth_tester import EthereumTester
    from eth_tester.backends.pyevm import PyEVMBackend
    from eth_tester.backends.pyevm.main import get_default_genesis_params
    from eth_typing import BlockNumber


class LocalChain(MiningChain):
    """A chain under Prague's rules from its first block, with a constant gas limit."""

    chain_id = CHAIN_ID
    vm_configuration = ((BlockNumber(0), PragueVM),)

    def create_header_from_parent(self, parent_header: Any, **header_params: Any) -> Any:
        """Return the next block's header; the gas limit stays the genesis block's."""
        return super().create_header_from_parent(
            parent_header, **{**header_params, "gas_limit": parent_header.gas_limit}
        )

    def get_transaction_builder(self) -> Any:
        """Return what eth-tester decodes and builds transactions with."""
        return self.get_vm().get_transaction_builder()


class LocalBackend(PyEVMBackend):  # type: ignore[misc]  # eth-tester has no types
    """eth-tester's py-evm backend, on a chain that is found in a database or begun there."""

    def __init__(self, database: ChainDatabase, now: int) -> None:
        self._database = database
        self._now = now
        super().__init__()

    def reset_to_genesis(self, *_: Any, **__: Any) -> None:
        """Open the chain; only when there is none yet, begin it with the faucet's account."""
        faucet = PrivateKey(FAUCET_TEST_KEY)
        self.account_keys = (faucet,)
        self.chain: Any
        if SchemaV1.make_canonical_head_hash_lookup_key() in self._database:
            self.chain = LocalChain(self._database)
            return
        genesis = get_default_genesis_params({"timestamp": self._now, "gas_limit": BLOCK_GAS_LIMIT})
        account = {"balance": FAUCET_BALANCE, "nonce": 0, "code": b"", "storage": {}}
        state: Any = {faucet.public_key.to_canonical_address(): account}
        with self._database.transaction():
            self.chain = LocalChain.from_genesis(self._database, genesis, state)


class Engine:
    """The chain's blocks and states, and the one way to add to them. Used by one thread at a time."""

    def __init__(self, database: ChainDatabase, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.logs = LogIndex(database.connection)
        self._clock = clock
        self._backend = LocalBackend(database, int(clock()))
        self._tester = EthereumTester(self._backend)

    @property
    def _chain(self) -> Any:
        return self._backend.chain

    def head(self) -> Any:
        """Return the newest block's header."""
        return self._chain.get_canonical_head()

    def header(self, choice: BlockChoice) -> Any:
        """Return a block's header, or None when there is no such block. Every tag but "earliest" is the head."""
        try:
            if isinstance(choice, Digest):
                header = self._chain.get_block_header_by_hash(bytes(choice))
                return header if self._chain.get_canonical_block_hash(header.block_number) == header.hash else None
            if choice == "earliest":
                return self._chain.get_canonical_block_header_by_number(0)
            if isinstance(choice, str):
                return self.head()
            return self._chain.get_canonical_block_header_by_number(choice) if choice < 2**63 else None
        except HeaderNotFound:
            return None

    def header_or_refuse(self, choice: BlockChoice) -> Any:
        """Return a block's header; raise `CallFailure` ("header not found") as geth does."""
        header = self.header(choice)
        if header is None:
            raise refused("header not found")
        return header

    def next_header(self) -> Any:
        """Return the header of the block that the next transaction would be in, at the clock's time.

        Timestamps grow strictly, so after a burst of transactions the chain is seconds ahead of the clock.
        """
        head = self.head()
        return self._chain.create_header_from_parent(head, timestamp=max(head.timestamp + 1, int(self._clock())))

    def block(self, header: Any) -> Any:
        """Return the block of a header, with its transactions."""
        return self._chain.get_block_by_header(header)

    def receipts(self, block: Any) -> tuple[Any, ...]:
        """Return the receipts of a block's transactions, in their order."""
        found: tuple[Any, ...] = block.get_receipts(self._chain.chaindb)
        return found

    def transaction_place(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Return the block number and the index of a mined transaction, or None."""
        try:
            number, index = self._chain.get_canonical_transaction_index(bytes(transaction_hash))
        except TransactionNotFound:
            return None
        return number, index

    def state(self, header: Any) -> Any:
        """Return the state after a block, to be read or to be executed on; what is changed in it is kept nowhere."""
        return self._chain.get_vm(header).state

    def transaction_builder(self) -> Any:
        """Return py-evm's reader and maker of transactions."""
        return self._chain.get_transaction_builder()

    def mine(self, raw: bytes) -> None:
        """Execute a checked transaction in a block of its own, durable when this returns; else nothing has changed."""
        try:
            with self.database.transaction(), allow_recursion():
                self._chain.header = self.next_header()
                self._tester.send_raw_transaction("0x" + raw.hex())
                self.logs.add(self._logs_of(self.head()))
        except BaseException:
            self._chain.header = self.next_header()  # py-evm had begun to build on what is undone now
            raise

    def _logs_of(self, header: Any) -> list[LogRecord]:
        block = self.block(header)
        records: list[LogRecord] = []
        for index, (transaction, receipt) in enumerate(zip(block.transactions, self.receipts(block), strict=True)):
            for log in receipt.logs:
                records.append(
                    LogRecord(
                        block=header.block_number,
                        position=len(records),
                        address=log.address,
                        topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
                        data=log.data,
                        transaction_hash=transaction.hash,
                        transaction_index=index,
                        block_hash=header.hash,
                        time=header.timestamp,
                    )
                )
        return records
