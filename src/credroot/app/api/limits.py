"""What one server is ready to spend on strangers. Every number has its unit and its reason."""

from __future__ import annotations

from dataclasses import dataclass

from credroot.core.json.strict import MAX_DOCUMENT_BYTES

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one server process."""

    body_bytes: int = MAX_DOCUMENT_BYTES
    """Of a credential or receipt: what every reader of ours takes."""
    large_body_bytes: int = 16 * MIB
    """Of a picture with a credential in it, and of many credentials."""
    held_bytes: int = 128 * MIB
    """Of bodies that are in memory at once, from the moment that they arrive until they are answered."""
    held_share_for_small: float = 0.25
    """The share of them that no large body takes: whoever fills the rest leaves a verdict's body its place."""
    held_bytes_of_client: int = 40 * MIB
    """Of those of one client: two of the largest, and some."""
    batch_credentials: int = 1_000
    """In one request: 50 questions to the chain at worst, one where all are of the same batch."""
    batch_values: int = 250_000
    """JSON values of a batch: a thousand credentials have some 150 each, with the names of members not counted."""
    body_s: float = 10.0
    """Seconds for a body of ordinary size to arrive: 1 MiB over a line of 1 Mbit/s."""
    large_body_s: float = 30.0
    """Seconds for a large one."""
    idle_s: float = 3.0
    """Seconds that a body may stand still: a telephone that changes its cell takes one or two."""
    slowest_bytes_per_s: int = 4_096
    """Of a body, on the average, once `idle_s` have passed: a line of 33 kbit/s."""
    head_s: float = 10.0
    """Seconds from a connection's beginning, or from its last answer, to the end of the next request's headers."""
    closing_s: float = 5.0
    """Seconds for the other side to take what is left of an answer on a connection that is being closed."""
    stalled_s: float = 20.0
    """Seconds that an answer may wait for a client that does not read it."""
    keep_alive_s: int = 5
    """Seconds that a silent connection is kept."""
    head_bytes: int = 32 * 1024
    """Of request line and headers together; browsers send some 2 kB."""
    target_bytes: int = 1_024
    """Of path and query, which are taken apart while nobody else is served, in a millisecond; no link of ours has more
    than 300."""
    headers: int = 100
    connections: int = 2_000
    """Open at once; beyond, of the client who has the most the one is dropped that owes its headers and was silent for
    longest."""
    pipelined: int = 16
    """Requests of one connection that wait for the answer to an earlier one; beyond, the connection ends. No browser
    sends any, and what is on the wire is parsed in one go, before any of them is charged."""
    requests_at_once: int = 512
    """Being answered at once, without those whose body is still to come; beyond, the answer is 429."""
    requests_of_client: int = 64
    """Of one client at once, with those whose body is still to come; beyond, the answer is 429, for that client."""
    threads: int = 8
    """For questions to the chain and for small work of unknown cost."""
    computing_threads: int = 1
    """Of these, for what takes more than a moment of the processor, whose turns the thread that serves everybody waits
    for; what finds none free is a process's."""
    processes: int = 4
    """For costly work, under bounds of the system; with 0 threads do it, and only its price bounds it. One client has a
    fourth of them."""
    queue: int = 256
    """Pieces of work that wait for a thread, and as many for a process; beyond, the answer is 429. One client has a
    fourth of them."""
    switch_s: float = 0.0005
    """Seconds after which a thread that computes lets others of this process run, ten times as often as Python does by
    itself: the thread that serves everybody is one of them."""
    inline_bytes: int = 12 * 1024
    """A larger body is a process's: parsing takes some 5 us a kB and much more where it was made to, and nobody
    is served meanwhile. A badge has some 5 kB."""
    index_threads: int = 2
    """For pages of the index of events, apart from the others: a page may have to read over many events."""
    index_queue: int = 64
    """Pages that wait for a thread; beyond, the answer is 429."""
    rate_per_s: float = 200.0
    """Requests of one client address in the long run; 0 switches the limit off."""
    rate_burst: float = 1_000.0
    """Requests of one client address at once."""
    batch_rate_share: float = 0.25
    """What a credential in a batch counts, beside a request's 1."""
    bytes_of_a_request: int = 256 * 1024
    """Of a body, which count as one request more: to receive a megabyte takes as long as to answer a few."""
    clients: int = 20_000
    """Client addresses that are remembered."""
    shutdown_s: int = 3
    """Seconds for requests to be finished after SIGTERM."""
    fact_age_s: float = 15.0
    """Seconds that a fact of the chain is used; the answer names the block it is from."""


RETRY_AFTER_S = 2
"""Seconds that a client is asked to wait: an outage is looked at again after one."""
