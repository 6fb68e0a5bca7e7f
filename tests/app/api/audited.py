"""An index of events beside the model of the registry, as ``credroot audit sync`` would have filled it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.store.event_index import EventIndex, Position
from tests.app.api.material import ISSUER
from tests.app.api.registry_model import BLOCK_S, HEAD, HEAD_TIME, block_hash, deployment
from tests.auditor.scribe import OPERATOR, Scribe

if TYPE_CHECKING:
    from pathlib import Path

FIRST = HEAD - 40


def index_url(workspace: Path) -> str:
    (workspace / "audit").mkdir(exist_ok=True)
    return f"sqlite:///{workspace}/audit/index.db"


def history() -> Scribe:
    """What the issuer did: anchored, added a key, revoked, set a profile; and who accredited it."""
    me = ISSUER.address
    scribe = Scribe(me).anchored().key_set(OPERATOR, 7).status(3, 6)
    scribe.write("ProfileSet", me, me, digest=b"\x09" * 32, uri="https://university.example/profile.json")
    return scribe.accredited(1_700_000_000, 1_900_000_000).anchored(b"\xbb" * 32, 2, key=OPERATOR)


def fill(url: str, *, to: int = HEAD) -> None:
    """Put the history into the index at `url`, each event into a block of its own; the index ends at block `to`."""
    pinned = deployment()
    events = history().events
    numbers = [FIRST + event.block for event in events]
    rows = [
        (number, 0, bytes.fromhex(block_hash(number + 10**6)[2:]), *event[3:8], bytes(32))
        for number, event in zip(numbers, events, strict=True)
    ]
    blocks = [
        (number, bytes.fromhex(block_hash(number)[2:]), bytes(32), HEAD_TIME - BLOCK_S * (HEAD - number))
        for number in [*numbers, to]
    ]
    with EventIndex(url) as index:
        source = index.source(
            pinned.chain_id, pinned.address, code_hash=pinned.code_hash, deploy_block=pinned.deploy_block
        )
        after = Position(to, bytes.fromhex(block_hash(to)[2:]))
        index.append(source, rows, blocks, before=index.position(source), after=after)
