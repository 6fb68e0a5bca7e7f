"""Issuers that are killed: a process that forks one child for each `batch anchor`, so that starting costs nothing.

It reads one JSON object a line on standard input and answers with one on standard output. A child ends by SIGKILL at
the point of the issuer's work that the order names, or after a time, or by itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.deployment import Deployment
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.writer import ChainWriter
from credroot.core.errors import CredrootError
from credroot.core.values import Digest, Root
from credroot.issuer.batch import preparation
from credroot.issuer.batch.folder import BatchFolder
from credroot.store.journal import Journal
from tests.campaigns.desk import Desk
from tests.campaigns.mutants import MUTANTS

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = (
    (Journal, "add_batch"),
    (Journal, "batch_prepared"),
    (Journal, "add_operation"),
    (Journal, "add_watched"),
    (Journal, "add_attempt"),
    (Journal, "set_state"),
    (Journal, "set_mined"),
    (Journal, "batch_published"),
    (ChainWriter, "send"),
    (BatchFolder, "publish"),
)
"""Where a child can be killed: just before and just after each."""
LONGEST_PAUSE_S = 0.01
DEADLINE_S = 0.6
FAILED, CRASHED = 10, 11


def kill_at(hit: int) -> None:
    """Wrap every point, so that the process ends at the one with the number `hit`, counted from 0."""
    left = hit

    def reached() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    def wrapped(work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def call(*arguments: Any, **options: Any) -> Any:
            reached()
            result = work(*arguments, **options)
            reached()
            return result

        return call

    for owner, name in POINTS:
        setattr(owner, name, wrapped(getattr(owner, name)))


def work(order: dict[str, Any]) -> None:
    """Do what `batch anchor` or `batch resume` does, once; in a child."""
    if order["kill_at"] is not None:
        kill_at(order["kill_at"])
    deployment = Deployment.from_json(Path(order["deployment"]).read_bytes(), source="deployment")
    mutant = MUTANTS[order["mutant"]] if order["mutant"] else {}
    with Desk(
        Path(order["folder"]),
        order["url"],
        deployment,
        bytes.fromhex(order["key"]),
        Confirmations(order["confirmations"]),
        world=lambda: time.sleep(LONGEST_PAUSE_S),
        deadline_s=DEADLINE_S,
        bump_after_s=order["bump_after_s"],
        **mutant,
    ) as desk:
        desk.anchor()


def child(order: dict[str, Any]) -> int:
    """Run `work` and give how it ended."""
    try:
        work(order)
    except CredrootError as error:
        Path(order["folder"], "ended").write_text(f"{error.code}\n{error}")
        return FAILED
    except BaseException:
        Path(order["folder"], "ended").write_text(traceback.format_exc())
        return CRASHED
    return 0


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child, kill it where that is asked for, and say how it ended."""
    pid = os.fork()
    if pid == 0:
        os._exit(child(order))
    planned = order["kill_after_s"]
    limit = order["hung_after_s"] if planned is None else planned
    status, is_late = _wait(pid, limit)
    if is_late and planned is None:
        return {"ended": "hung"}
    if os.WIFSIGNALED(status):
        return {"ended": "killed"}
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return {"ended": "published"}
    return {"ended": "failed" if code == FAILED else "crashed", "why": Path(order["folder"], "ended").read_text()}


def _wait(pid: int, kill_after_s: float) -> tuple[int, bool]:
    """Give how a child ended, and whether it had to be killed because the time was over."""
    end = time.monotonic() + kill_after_s
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status, False
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1], True


def warm_up() -> None:
    """Import what a child would import, once for all of them."""
    import merkletools  # noqa: F401

    signer = signer_from_key(b"\1" * 32)
    registry_calls.anchor(signer.address, Root(Digest(bytes(32))), 1)
    price = {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "type": 2}
    signer.sign_transaction({"chainId": 1, "nonce": 0, "gas": 1, "value": 0, "data": b"", "to": b"", **price})
    # Processes die here, machines don't: what a process wrote is there for the next one without this.
    preparation.sync_files = lambda _folder: None


def main() -> None:
    """Serve orders until standard input ends."""
    warm_up()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
