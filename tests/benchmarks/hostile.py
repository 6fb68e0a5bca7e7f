"""One client that sends the worst it can, over many connections at once.

``python -m tests.benchmarks.hostile PORT KIND`` runs in a process of its own, from an address of its own, until it is
ended.
"""

from __future__ import annotations

import http.client
import io
import itertools
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from threading import Thread

from tests.verifier.costly import many_forms, other_shape

ADDRESS = "127.0.0.2"
CONNECTIONS = 16
JSON = "application/json"
FORM = "multipart/form-data; boundary=XyZ"

Request = tuple[str, bytes, str]


def forms(numbers: Iterator[int]) -> Request:
    """Give one file of four forms, of some 1,800 values each."""
    return "/v1/verify", json.dumps(many_forms(next(numbers))).encode(), JSON


def batch(numbers: Iterator[int]) -> Request:
    """Give a batch of files that all have shapes of their own."""
    documents = [other_shape(next(numbers)) for _ in range(300)]
    return "/v1/verify/batch", json.dumps({"credentials": documents}).encode(), JSON


def archive(numbers: Iterator[int]) -> Request:
    """Give a form with an archive of such files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(200):
            file.writestr(f"{number}.json", json.dumps(other_shape(next(numbers))))
    head = b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
    return "/check", head + packed.getvalue() + b"\r\n--XyZ--\r\n", FORM


def structure(_: Iterator[int]) -> Request:
    """Give a batch of the largest size that is all brackets."""
    return "/v1/verify/batch", b'{"credentials":[' + b"{}," * 5_000_000 + b"{}]}", JSON


KINDS: dict[str, Callable[[Iterator[int]], Request]] = {
    "forms": forms,
    "batch": batch,
    "archive": archive,
    "structure": structure,
}


def main(port: int, kind: str) -> None:
    """Send without end."""
    numbers = itertools.count(1)
    made = [KINDS[kind](numbers) for _ in range(4 if kind == "structure" else 16)]
    threads = [Thread(target=send, args=(port, made[place:] + made[:place])) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    print("begun", flush=True)


def send(port: int, requests: list[Request]) -> None:
    """Send the requests in turn, over one connection after the other."""
    for path, body, content_type in itertools.cycle(requests):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(ADDRESS, 0))
        try:
            connection.request("POST", path, body, {"content-type": content_type})
            connection.getresponse().read()
        except OSError:
            continue
        finally:
            connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
