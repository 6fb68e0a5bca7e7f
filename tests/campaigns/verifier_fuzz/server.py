"""Campaign F: a live server under hostile requests, each of them answered, measured, and held against what is true."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.app.api.live_server import LiveServer
from tests.campaigns.verifier_fuzz.accounting import forget_peak, peak_mib, processor_s
from tests.campaigns.verifier_fuzz.corpus import BATCH, PAGE, VERIFY, Corpus, Given, routes_of
from tests.campaigns.verifier_fuzz.library import opened
from tests.campaigns.verifier_fuzz.reading import DoubledError, is_same, seen
from tests.campaigns.verifier_fuzz.wire import Reply, Sending, connect, exchange, request
from tests.workspaces import Workspace

MAX_CPU_S, MAX_GROWTH_MIB = 1.0, 100.0
"""What one request below the limit on bodies may cost: seconds of a processor, and memory while it is answered."""
GOOD, HOSTILE = "127.0.0.2", tuple(f"127.0.0.{number}" for number in range(3, 11))
"""Addresses of the client that is to be served all the while, and of the others."""
GENUINE_EVERY = 10
MAX_KEPT = 10
DELIBERATE = frozenset(
    {"chain-unavailable", "chain-mismatch", "no-index", "index-behind", "not-ready", "shutting-down", "busy"}
)
"""Problems with which 503 says that something could not be checked now."""


@dataclass
class HttpTally:
    """What was sent, and what came of it."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    kept: list[dict[str, Any]] = field(default_factory=list)
    worst_cpu_s: float = 0.0
    worst_cpu: str = ""
    worst_mib: float = 0.0
    worst_memory: str = ""
    good: int = 0
    """Requests of the client that behaves, answered rightly."""
    slowest_good_s: float = 0.0
    """Under floods."""
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not self.found

    def note(self, kind: str, sending: Sending, about: str) -> None:
        """Count a finding, and keep the first ones."""
        self.found[kind] += 1
        if self.found[kind] <= MAX_KEPT:
            data = b"".join(sending.pieces)
            self.kept.append({"kind": kind, "about": about, "request": sending.name, "data": data})

    def lines(self) -> Iterator[str]:
        """Give the figures as text."""
        yield f"{self.requests:,} requests in {self.seconds:,.0f} s, {self.good:,} of the good client answered rightly"
        yield "statuses: " + ", ".join(
            f"{status or 'none'} {count:,}" for status, count in sorted(self.statuses.items())
        )
        yield f"costliest {self.worst_cpu_s:.2f} s of CPU: {self.worst_cpu}"
        yield f"largest {self.worst_mib:,.0f} MiB: {self.worst_memory}"
        yield f"slowest answer to the good client during floods: {self.slowest_good_s * 1000:,.0f} ms"
        for kind, count in sorted(self.found.items()):
            yield f"FOUND {count:,} x {kind}"


class HttpCampaign:
    """One campaign against servers of one workspace."""

    def __init__(self, workspace: Workspace, seed: int, *, heavy_every: int | None = None) -> None:
        """Send a costly request among so many; `None` for the usual share."""
        self._heavy_every = heavy_every
        self._workspace = workspace
        self._seed = seed
        self.tally = HttpTally()

    def run(self, requests: int) -> None:
        """Send `requests` one after the other, each one measured; then floods to a server with its usual limits."""
        began = time.monotonic()
        with LiveServer(self._workspace.folder, "--rate", "0", "--quiet") as server:
            corpus = Corpus(
                self._workspace, routes_of(server.get("/openapi.json").json), self._seed, heavy_every=self._heavy_every
            )
            _Content(server, corpus, self.tally, self._seed).run(requests)
        with LiveServer(self._workspace.folder, "--quiet") as server:
            _Floods(server, corpus, self.tally, self._seed).run(max(1, min(requests // 5_000, 20)))
        self.tally.seconds += time.monotonic() - began


class _Judge:
    """Holds answers against what is true."""

    def __init__(self, server: LiveServer, corpus: Corpus, tally: HttpTally) -> None:
        self.server = server
        self.corpus = corpus
        self.tally = tally

    def take(self, sending: Sending, reply: Reply) -> None:
        """Look at the answer to a hostile request."""
        self.tally.requests += 1
        self.tally.statuses[reply.status] += 1
        self.tally.kinds[sending.name.split(" ")[0]] += 1
        if reply.status >= 500 and not (reply.status == 503 and _problem(reply) in DELIBERATE):
            self.tally.note(f"status {reply.status}", sending, reply.body[:500].decode("latin-1"))
        if reply.status == 0 and sending.is_framed and not sending.leaves:
            self.tally.note("no answer", sending, f"after {reply.seconds:.1f} s")
        if reply.status == 200:
            self._verdicts(sending, reply)

    def _verdicts(self, sending: Sending, reply: Reply) -> None:
        """Look for something valid in an answer that no genuine file gave reason for."""
        if sending.name.startswith((VERIFY, BATCH, PAGE)) and b'"valid"' in reply.body:
            sent = b"".join(sending.pieces).partition(b"\r\n\r\n")[2]
            wanted = _valid_in(sent, self.corpus.given)
            valid = reply.body.count(b'"verdict":"valid"') if not sending.name.startswith(PAGE) else None
            if (valid is not None and valid > wanted) or not wanted:
                self.tally.note("false accept", sending, reply.body[:1000].decode("latin-1"))

    def good(self, sending: Sending, expected: list[str], reply: Reply) -> None:
        """Look at the answer to a request about known files."""
        self.tally.requests += 1
        self.tally.statuses[reply.status] += 1
        if reply.status != 200:
            self.tally.note("the good client was not served", sending, f"{reply.status} {reply.body[:300]!r}")
        elif _told(reply) != expected:
            self.tally.note("wrong verdict", sending, f"expected {expected}: {reply.body[:1000]!r}")
        else:
            self.tally.good += 1


class _Content(_Judge):
    """One request after the other, so that what a server spends is spent on that one."""

    def __init__(self, server: LiveServer, corpus: Corpus, tally: HttpTally, seed: int) -> None:
        super().__init__(server, corpus, tally)
        self._rng = random.Random(f"{seed} content")
        self._pid = server.process.pid

    def run(self, requests: int) -> None:
        for number in range(requests):
            if number % GENUINE_EVERY == 0:
                sending, expected = self.corpus.genuine(self._rng)
                self.good(sending, expected, self._measured(sending, GOOD))
            else:
                sending = self.corpus.hostile(number)
                self.take(sending, self._measured(sending, self._rng.choice(HOSTILE)))
            if self.server.process.poll() is not None:
                self.tally.note("the server ended", sending, self.server.log()[-2000:])
                return

    def _measured(self, sending: Sending, address: str) -> Reply:
        before_s = processor_s(self._pid)
        forget_peak(self._pid)
        before_mib = peak_mib(self._pid)
        reply = exchange(self.server.port, address, sending)
        spent, grown = processor_s(self._pid) - before_s, peak_mib(self._pid) - before_mib
        if spent > self.tally.worst_cpu_s:
            self.tally.worst_cpu_s, self.tally.worst_cpu = (
                spent,
                f"{sending.name}, {sum(map(len, sending.pieces)):,} bytes",
            )
        if grown > self.tally.worst_mib:
            self.tally.worst_mib, self.tally.worst_memory = (
                grown,
                f"{sending.name}, {sum(map(len, sending.pieces)):,} bytes",
            )
        if spent > MAX_CPU_S:
            self.tally.note("slow", sending, f"{spent:.2f} s of CPU: {sending.name}")
        if grown > MAX_GROWTH_MIB:
            self.tally.note("large", sending, f"{grown:,.0f} MiB: {sending.name}")
        return reply


FLOOD_S = 4.0
"""How long each flood lasts at its height."""
READY_S = 8.0
"""How long it may take to get there: shorter than a server waits for the rest of a request."""


class _Floods(_Judge):
    """Others send what they like from other addresses; the good client is to be served all the while."""

    def __init__(self, server: LiveServer, corpus: Corpus, tally: HttpTally, seed: int) -> None:
        super().__init__(server, corpus, tally)
        self._rng = random.Random(f"{seed} floods")
        self._lock = threading.Lock()
        self._ready = threading.Event()
        """Set when a flood is at its height."""

    def run(self, rounds: int) -> None:
        for _ in range(rounds):
            for flood in (self._half_bodies, self._half_heads, self._announcements, self._drips, self._requests):
                self._under(flood)
                if self.server.process.poll() is not None:
                    self.tally.note("the server ended", Sending(flood.__name__, ()), self.server.log()[-2000:])
                    return

    def _under(self, flood: Callable[[threading.Event], None]) -> None:
        over = threading.Event()
        self._ready.clear()
        flooding = threading.Thread(target=flood, args=(over,))
        flooding.start()
        self._ready.wait(READY_S)
        end = time.monotonic() + FLOOD_S
        try:
            while time.monotonic() < end:
                sending, expected = self.corpus.genuine(self._rng)
                reply = exchange(self.server.port, GOOD, sending)
                with self._lock:
                    self.tally.slowest_good_s = max(self.tally.slowest_good_s, reply.seconds)
                    self.good(Sending(f"{sending.name} during {flood.__name__}", sending.pieces), expected, reply)
                time.sleep(0.02)
        finally:
            over.set()
            flooding.join()

    def _hold(
        self, over: threading.Event, count: int, sent: bytes, addresses: tuple[str, ...], drop: bytes = b""
    ) -> None:
        """Keep connections open on which only a part was sent."""
        held = []
        for number in range(count):
            try:
                connection = connect(self.server.port, addresses[number % len(addresses)], 5)
                connection.sendall(sent)
                held.append(connection)
            except OSError:
                continue
        self._count(len(held))
        self._ready.set()
        while not over.wait(0.2):
            for connection in held if drop else ():
                try:
                    connection.sendall(drop)
                except OSError:
                    continue
        for connection in held:
            connection.close()

    def _count(self, requests: int) -> None:
        with self._lock:
            self.tally.requests += requests
            self.tally.statuses[0] += requests

    def _half_bodies(self, over: threading.Event) -> None:
        sent = request("POST", VERIFY, b"x" * 1000)[:-900]
        self._hold(over, 560, sent, HOSTILE[: self._rng.choice((1, 4))])

    def _half_heads(self, over: threading.Event) -> None:
        self._hold(over, 600, b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nX:", HOSTILE)

    def _announcements(self, over: threading.Event) -> None:
        head = b"POST /v1/verify/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        self._hold(over, 40, head + b'Content-Length: 2000000\r\n\r\n{"credentials": [', HOSTILE[:4])

    def _drips(self, over: threading.Event) -> None:
        self._hold(
            over,
            200,
            request("POST", "/check", b"x" * 5_000, "multipart/form-data; boundary=y")[:-4_990],
            HOSTILE,
            b"x",
        )

    def _requests(self, over: threading.Event) -> None:
        """Send as many requests as can be sent, from every address at once."""
        threads = [
            threading.Thread(target=self._storm, args=(over, address, n)) for n, address in enumerate(HOSTILE[:4])
        ]
        for thread in threads:
            thread.start()
        self._ready.set()
        for thread in threads:
            thread.join()

    def _storm(self, over: threading.Event, address: str, number: int) -> None:
        count = number * 1_000_000
        while not over.is_set():
            sending = self.corpus.hostile(count, may_be_heavy=False)
            reply = exchange(self.server.port, address, sending)
            with self._lock:
                self.take(sending, reply)
            count += 1


def _problem(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["type"]).removeprefix("/problems/")
    except (ValueError, KeyError, TypeError):
        return ""


def _told(reply: Reply) -> list[str]:
    """Give the verdicts that an answer holds."""
    told = json.loads(reply.body)
    if "verdicts" in told:
        return list(told["verdicts"])
    reports = told.get("reports", [told])
    return [report["verdict"] for report in reports]


def _valid_in(sent: bytes, given: list[Given]) -> int:
    """Count what of a body may read valid: the genuine files in it, whichever way they are written or carried."""
    valid = [one.document for one in given if one.verdict == "valid"]
    found = 0
    for data in _files_in(sent):
        try:
            value = seen(data)
        except (DoubledError, ValueError, RecursionError, UnicodeError):
            continue
        found += any(_is_anchored_same(value, one) for one in valid)
    return found


def _files_in(sent: bytes) -> list[bytes]:
    """Take the files out of a form, a batch, or whatever else is around them."""
    if sent.startswith(b"--"):
        pieces = sent.split(sent.partition(b"\r\n")[0])[1:-1]
        inner = (piece.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for piece in pieces)
        return [data for piece in inner for data in opened(piece)]
    try:
        value = json.loads(sent)
    except (ValueError, RecursionError):
        return [sent]
    held = value.get("credentials", [value.get("receipt", value)]) if isinstance(value, dict) else []
    items = held if isinstance(held, list) else []
    return [one.encode() if isinstance(one, str) else json.dumps(one).encode() for one in items]


def _is_anchored_same(document: Any, genuine: dict[str, Any]) -> bool:
    """Compare all that the anchor covers; the proofs may stand in any order."""
    if not isinstance(document, dict) or document.keys() != genuine.keys():
        return False
    bare = [{name: value for name, value in one.items() if name != "proof"} for one in (document, genuine)]
    proofs = document["proof"] if isinstance(document["proof"], list) else []
    return is_same(*bare) and all(any(is_same(proof, own) for own in genuine["proof"]) for proof in proofs)
