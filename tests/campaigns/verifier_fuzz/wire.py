"""A client that sends bytes as they are, from any address of the loopback network, and reads what comes."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

TIMEOUT_S = 40.0
"""Longer than every deadline of the server."""


@dataclass(frozen=True)
class Reply:
    """What came back; `status` is 0 where nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Sending:
    """One request as it goes over the wire."""

    name: str
    pieces: tuple[bytes, ...]
    pause_s: float = 0.0
    """Between the pieces."""
    is_framed: bool = True
    """Whether it is proper HTTP, so that an answer is owed."""
    leaves: bool = False
    """Whether the client goes without waiting for an answer."""
    patience_s: float = TIMEOUT_S
    """How long it waits for more of an answer."""


def request(
    method: str,
    path: str,
    body: bytes = b"",
    content_type: str = "application/json",
    *,
    close: bool = True,
    more: str = "",
) -> bytes:
    """Write a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}"
    if body or method == "POST":
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return (head + ("Connection: close\r\n" if close else "") + "\r\n").encode("latin-1", "replace") + body


def form(*files: tuple[str, bytes], text: bytes | None = None) -> tuple[bytes, str]:
    """Write a form with files, or with a pasted text; give body and media type."""
    boundary = "----campaign0123456789"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    if text is not None:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n'.encode() + text + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def connect(port: int, address: str, timeout_s: float = TIMEOUT_S) -> socket.socket:
    """Connect from an address of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout_s, source_address=(address, 0))


def exchange(port: int, address: str, sending: Sending, timeout_s: float = TIMEOUT_S) -> Reply:
    """Send one request on a connection of its own, and read the answer to its end."""
    began = time.monotonic()
    received = b""
    try:
        with connect(port, address, timeout_s) as connection:
            for number, piece in enumerate(sending.pieces):
                if number:
                    time.sleep(sending.pause_s)
                try:
                    connection.sendall(piece)
                except (BrokenPipeError, ConnectionResetError):
                    break  # it was refused already, and the answer is waiting
            if sending.leaves:
                return Reply(0, {}, b"", time.monotonic() - began)
            connection.settimeout(min(timeout_s, sending.patience_s))
            received = _read(connection)
    except OSError:
        pass
    return _parsed(received, time.monotonic() - began)


def _read(connection: socket.socket) -> bytes:
    parts: list[bytes] = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
            if _is_whole(b"".join(parts) if len(parts) < 50 else b""):
                break
    except OSError:
        pass
    return b"".join(parts)


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return False


def _parsed(data: bytes, seconds: float) -> Reply:
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        return Reply(0, {}, b"", seconds)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return Reply(int(words[1]), headers, body, seconds)
