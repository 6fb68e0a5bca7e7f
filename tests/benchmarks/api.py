"""CPU time of server processes for each request, under a small load over one connection on loopback.

The peer of a single check is a FastAPI application that says hello; that of the batch route is the naive verifier in
`peers`, which has no such route: it is asked one by one, and is told the path and the root. A proof check alone is that
of a receipt, which nobody signs; a verdict about a credential has an Ed25519 signature and RDFC in it as well.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credroot.core.anchor.proof import decode_proof_value, split_proofs
from credroot.core.json.strict import loads
from credroot.core.tree.merkletools_format import to_merkletools
from tests.benchmarks.measure import Row, credential_files, environment_for, process
from tests.campaigns.verifier_fuzz.accounting import family

ROOT = Path(__file__).parents[2]
FILES = 100
"""Receipts that are checked, singly and together."""
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and a connection to it."""

    pid: int
    connection: http.client.HTTPConnection

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        """Give the body of a good answer."""
        method = "GET" if body is None else "POST"
        self.connection.request(method, path, body, {"content-type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return text

    def cpu_s(self) -> float:
        """Give the CPU seconds of all threads so far, of the server and of the processes that it has."""
        return (
            sum(
                int(task.read_text().split()[0])
                for pid in family(self.pid)
                for task in Path(f"/proc/{pid}/task").glob("*/schedstat")
            )
            / 1e9
        )

    def cpu_of(self, requests: Sequence[tuple[str, bytes | None]], times: int) -> float:
        """Give the CPU seconds of one of `requests`, which are sent so often."""
        self.connection.close()  # it may have been idle for too long; the next request opens it again
        before = self.cpu_s()
        for _ in range(times):
            for path, body in requests:
                self.ask(path, body)
        return (self.cpu_s() - before) / (times * len(requests))


def rows(workspace: Path, rounds: int) -> list[Row]:
    """Compare both routes, and count what a server asks the chain."""
    if not Path("/proc/self/schedstat").exists():
        return [Row("API, CPU per request", "not measured", "", "this system does not tell a process's time", "")]
    receipts = _receipts(workspace)
    whole = [(file.read_bytes()) for file in credential_files(workspace)]
    batch = json.dumps({"credentials": receipts}).encode()
    singly = [("/v1/verify", json.dumps(receipt).encode()) for receipt in receipts]
    signed: list[tuple[str, bytes | None]] = [("/v1/verify", data) for data in whole]
    naive = [("/verify", _naive_question(data)) for data in whole]
    credentials = json.dumps({"credentials": [json.loads(data) for data in whole]}).encode()
    with running_credroot(workspace) as ours, _peer(workspace) as peer:
        cold, warm = _chain_requests(ours, singly[0][1])
        cpu = dict.fromkeys(("hello", "proof", "verdict", "batch", "whole batch", "naive"), float("inf"))
        for _ in range(rounds + 1):
            once = {
                "hello": peer.cpu_of([("/", None)], 100),
                "proof": ours.cpu_of(singly, 1),
                "verdict": ours.cpu_of(signed, 2),
                "batch": ours.cpu_of([("/v1/verify/batch", batch)], 2) / len(receipts),
                "whole batch": ours.cpu_of([("/v1/verify/batch", credentials)], 4) / len(whole),
                "naive": peer.cpu_of(naive, 3),
            }
            cpu = {name: min(spent, cpu[name]) for name, spent in once.items()}
    stack = "pydantic + rfc8785 + merkletools behind FastAPI, proof only"
    return [
        Row("API: proof check of a receipt, CPU of the server", cpu["proof"], cpu["hello"], "FastAPI hello", "1/1.7"),
        Row("API: verdict with signature, CPU of the server", cpu["verdict"], cpu["hello"], "FastAPI hello", ""),
        Row(f"API: batch route, each of {len(receipts)} proof checks", cpu["batch"], cpu["naive"], stack, "8x"),
        Row(f"API: batch route, each of {len(whole)} with signature", cpu["whole batch"], cpu["naive"], stack, ""),
        Row("API: requests to the chain for a cold read, then warm", f"{cold}, {warm}", "", "", "1, 0"),
    ]


def _receipts(workspace: Path) -> list[dict[str, Any]]:
    """Anchor files, and give for each what asks about it."""
    paths = []
    for number in range(FILES):
        paths.append(workspace / f"file-{number}.txt")
        paths[-1].write_text(f"number {number}")
    named = [word for path in paths for word in ("--file", str(path))]
    command = [sys.executable, "-m", "credroot", "batch", "anchor", "files", *named]
    process(command, folder=workspace, environment=environment_for(workspace))
    folder = workspace / "batches" / "files" / "credentials"
    return [
        {
            "receipt": json.loads((folder / f"{path.name}.receipt.json").read_bytes()),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
    ]


def _naive_question(data: bytes) -> bytes:
    document: Any = loads(data)
    unanchored, (anchor,) = split_proofs(document)
    claim = decode_proof_value(str(anchor["proofValue"]))
    options = {name: value for name, value in anchor.items() if name != "proofValue"}
    question = {"document": unanchored, "options": options, "steps": to_merkletools(claim.proof)}
    return json.dumps({**question, "root": claim.root.hex()}).encode()


def _chain_requests(server: Server, body: bytes | None) -> tuple[int, int]:
    """Count the requests to the endpoint for a first and a second check of one batch."""
    counts = []
    for _ in range(3):
        (counted,) = re.findall(r"^credroot_rpc_requests_total (\d+)", server.ask("/metrics").decode(), re.MULTILINE)
        counts.append(int(counted))
        server.ask("/v1/verify", body)
    return counts[1] - counts[0], counts[2] - counts[1]


@contextmanager
def running_credroot(workspace: Path) -> Iterator[Server]:
    """Start a server over a workspace, without a limit on requests."""
    command = [sys.executable, "-m", "credroot", "serve", "--port", "0", "--rate", "0", "--quiet"]
    with _running(command, workspace, workspace) as started:
        assert started.stdout is not None
        (port,) = re.findall(r":(\d+)", started.stdout.readline().decode())[-1:]
        yield Server(started.pid, http.client.HTTPConnection("127.0.0.1", int(port)))


@contextmanager
def _peer(workspace: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        words = ["--fd", str(listener.fileno()), "--no-access-log", "--log-level", "critical"]
        command = [sys.executable, "-m", "uvicorn", "tests.benchmarks.peers:app", *words]
        with _running(command, ROOT, workspace, listener.fileno()) as started:
            yield Server(started.pid, http.client.HTTPConnection("127.0.0.1", port, timeout=START_S))


@contextmanager
def _running(command: list[str], folder: Path, workspace: Path, *descriptors: int) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=environment_for(workspace),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait()
        assert started.stdout is not None
        started.stdout.close()
