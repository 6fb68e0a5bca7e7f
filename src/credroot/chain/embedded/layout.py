"""What the embedded chain's folder holds and what its chain starts from. Imports nothing heavy.

chain.db        blocks, states, receipts and the log index (SQLite)
chain.lock      held by the one process that owns the folder; has its process id
endpoint.json   where that process answers, while it does
server.log      what the last background server had to say
"""

from __future__ import annotations

from typing import Final

from credroot.core.values import LOCAL_CHAIN_ID, Address

DATABASE_NAME: Final = "chain.db"
LOCK_NAME: Final = "chain.lock"
ENDPOINT_NAME: Final = "endpoint.json"
LOG_NAME: Final = "server.log"

ENDPOINT_FORMAT: Final = "credroot/local-chain/v1"
CHAIN_ID: Final = LOCAL_CHAIN_ID
CLIENT_VERSION: Final = "credroot-local/v1 (eth-tester, py-evm; a local chain proves nothing to others)"

FAUCET_TEST_KEY: Final = bytes.fromhex("c0ffee" + "00" * 28 + "01")
"""TEST KEY, known to everybody: pays for things on the embedded chain. Never use it on a real chain."""
FAUCET_ADDRESS: Final = Address.from_hex("0x187E743292daD8A87C63320AE933937f6f215aE2")
"""The account of `FAUCET_TEST_KEY`."""
FAUCET_BALANCE: Final = 10**9 * 10**18
"""Wei at genesis: a thousand million coins."""

BLOCK_GAS_LIMIT: Final = 30_000_000
"""Gas: what the public chains allow at least, so that what fits here fits there."""
CALL_GAS_LIMIT: Final = 50_000_000
"""Gas for a call that asks for none or for more, as geth caps it."""
DEFAULT_IDLE_SECONDS: Final = 600
