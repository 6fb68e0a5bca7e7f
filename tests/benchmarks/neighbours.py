"""How long a small verdict takes while another client sends the worst it can, by the clock."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.benchmarks.api import ROOT, Server, running_credroot
from tests.benchmarks.hostile import KINDS
from tests.benchmarks.measure import Row, credential_files, environment_for
from tests.verifier.costly import other_shape

PAUSE_S = 0.02
"""Between two questions of the client whose waiting is measured."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that verdicts took."""

    seconds: tuple[float, ...]

    def share(self, part: float) -> float:
        """Give how long `part` of them took at most."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(part * len(self.seconds)))]

    def text(self) -> str:
        """Give the middle one, that of 99 in 100, and the longest."""
        return ", ".join(f"{1e3 * self.share(part):.3g}" for part in (0.5, 0.99, 1.0)) + " ms"


def rows(workspace: Path, questions: int) -> list[Row]:
    """Ask with nobody else there, then with each kind of hostile client."""
    known = credential_files(workspace)[0].read_bytes()
    fresh = count(1_000_000)
    with running_credroot(workspace) as server:
        for _ in range(3):
            server.ask("/v1/verify", known)
        alone = waits(server, known, fresh, questions)
        found = {}
        for kind in KINDS:
            with _hostile(server, kind, workspace):
                found[kind] = waits(server, known, fresh, questions)
    return [
        Row(
            f"API: a small verdict while another client sends {kind}: middle, 99 in 100, longest",
            told.text(),
            alone.text(),
            "with nobody else there",
            "250 ms",
        )
        for kind, told in found.items()
    ]


def waits(server: Server, known: bytes, fresh: Iterator[int], questions: int) -> Waits:
    """Ask in turn about a credential of a known shape and about one of a shape that nobody has seen."""
    seconds = []
    for number in range(questions):
        body = known if number % 2 else json.dumps(other_shape(next(fresh))).encode()
        connection = http.client.HTTPConnection("127.0.0.1", server.connection.port, timeout=60)
        begun = time.perf_counter()
        connection.request("POST", "/v1/verify", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        seconds.append(time.perf_counter() - begun)
        connection.close()
        assert answer.status == 200
        time.sleep(PAUSE_S)
    return Waits(tuple(seconds))


@contextmanager
def _hostile(server: Server, kind: str, workspace: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.benchmarks.hostile", str(server.connection.port), kind]
    process = subprocess.Popen(command, cwd=ROOT, env=environment_for(workspace), stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1)
        yield
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
