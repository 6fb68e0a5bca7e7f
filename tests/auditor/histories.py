"""Random histories of a registry on a node: what people and thieves might do, refused calls among them."""

from __future__ import annotations

import random
from collections.abc import Callable

from credroot.core.values import Address
from tests.auditor.anvil import AnvilChain
from tests.contracts.registry import encode_call

ISSUERS = 3
ROOTS = [bytes([number]) * 32 for number in range(1, 25)]
LEAF_COUNTS = (1, 2, 5, 255, 256, 257, 600)

Call = tuple[Address, bytes]


class Historian:
    """Makes up calls; the same generator makes up the same ones."""

    def __init__(self, rng: random.Random, accounts: list[Address]) -> None:
        self.rng = rng
        self.accounts = accounts[:6]
        self.issuers = accounts[:ISSUERS]
        self.anchored: list[tuple[Address, bytes, int]] = []
        self.time = 0
        self.nonces: dict[Address, int] = {}

    def calls(self, count: int, now: int) -> list[Call]:
        self.time = now
        makers: list[Callable[[], Call]] = [
            self.anchor, self.anchor, self.anchor_many, self.revoke, self.set_status, self.set_status,
            self.set_batch_status, self.set_key, self.set_key, self.distrust, self.ratify, self.profile,
            self.accredit, self.nonce,
        ]  # fmt: skip
        return [self.rng.choice(makers)() for _ in range(count)]

    def pair(self) -> tuple[Address, Address]:
        """An issuer, and mostly itself as the one who acts."""
        issuer = self.rng.choice(self.issuers)
        return issuer, issuer if self.rng.random() < 0.7 else self.rng.choice(self.accounts)

    def batch(self) -> tuple[Address, bytes, int]:
        if not self.anchored or self.rng.random() < 0.1:
            return self.rng.choice(self.issuers), self.rng.choice(ROOTS), 5
        return self.rng.choice(self.anchored)

    def anchor(self) -> Call:
        issuer, sender = self.pair()
        entry = (issuer, self.rng.choice(ROOTS), self.rng.choice(LEAF_COUNTS))
        self.anchored.append(entry)
        return sender, encode_call("anchor", *entry)

    def anchor_many(self) -> Call:
        issuer, sender = self.pair()
        batches = [(root, self.rng.choice(LEAF_COUNTS)) for root in self.rng.sample(ROOTS, self.rng.randint(1, 4))]
        self.anchored += [(issuer, *batch) for batch in batches]
        return sender, encode_call("anchorMany", issuer, batches)

    def revoke(self) -> Call:
        issuer, root, count = self.batch()
        return issuer, encode_call(
            "revoke", issuer, root, self.rng.randrange(count + 1), self.rng.choice((0, 1, 4, 1000))
        )

    def set_status(self) -> Call:
        issuer, root, count = self.batch()
        words = []
        for _ in range(self.rng.randint(1, 2)):
            index = self.rng.randrange(count // 256 + 1)
            size = max(1, min(256, count - 256 * index))
            words.append((index, self.rng.getrandbits(size) or 1))
        return issuer, encode_call(
            "setStatus", issuer, root, self.rng.choice((1, 1, 2, 3)), self.rng.choice((0, 7, 8)), words
        )

    def set_batch_status(self) -> Call:
        issuer, root, _ = self.batch()
        return issuer, encode_call("setBatchStatus", issuer, root, self.rng.choice((1, 2, 2, 3)), 2)

    def set_key(self) -> Call:
        issuer, sender = self.pair()
        account = self.rng.choice(self.accounts)
        roles = self.rng.choice((1, 3, 7, 15, 31))
        life = self.rng.choice((0, 0, 50, 5000))
        return sender, encode_call("setKey", issuer, account, roles, self.time + life if life and roles < 16 else 0)

    def distrust(self) -> Call:
        issuer, sender = self.pair()
        return sender, encode_call(
            "distrustKey", issuer, self.rng.choice(self.accounts), max(1, self.time - self.rng.randrange(40))
        )

    def ratify(self) -> Call:
        issuer, root, _ = self.batch()
        return issuer, encode_call("ratifyBatch", issuer, root)

    def profile(self) -> Call:
        issuer, sender = self.pair()
        value = self.rng.choice((bytes(32), self.rng.randbytes(32)))
        return sender, encode_call(
            "setProfile", issuer, value, "https://issuer.example/" + "x" * self.rng.randrange(60)
        )

    def accredit(self) -> Call:
        issuer, sender = self.pair()
        start = self.rng.randrange(self.time)
        scope = bytes([self.rng.randrange(2)]) * 32
        window = (0, 0) if self.rng.random() < 0.2 else (start, start + self.rng.randrange(10**6))
        return sender, encode_call("accredit", issuer, self.rng.choice(self.accounts), scope, *window, "scope")

    def nonce(self) -> Call:
        signer = self.rng.choice(self.accounts)
        nonce = self.nonces.get(signer, 0)
        self.nonces[signer] = nonce + 1
        return signer, encode_call("invalidateNonce", nonce)


def live(chain: AnvilChain, historian: Historian, blocks: int) -> None:
    """Let some blocks pass, most of them with a few calls."""
    for _ in range(blocks):
        now = int(chain.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        for sender, data in historian.calls(historian.rng.randrange(5), now):
            chain.send_data(sender, data)
        chain.mine(later_s=historian.rng.randint(1, 20))
