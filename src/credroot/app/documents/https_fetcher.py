"""One document over https, as a stranger may name its address: nothing is followed, every size and wait is bounded.

The name is looked up once and every address is checked before one is connected to, so a name that points inside, or
that points elsewhere the second time, reaches nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from credroot.chain.rpc.deadline import Deadline
from credroot.chain.rpc.http_connection import HttpConnection
from credroot.chain.rpc.name_lookup import addresses_of
from credroot.core.errors import ChainUnavailable
from credroot.verifier.documents import DocumentUnavailable

if TYPE_CHECKING:
    import ssl

MAX_BYTES = 65_536
DEADLINE_S = 5.0
"""Seconds for everything: name, connection, TLS, answer."""
HTTPS_PORT = 443


class HttpsFetcher:
    """Gets documents over https."""

    def __init__(
        self,
        *,
        deadline_s: float = DEADLINE_S,
        max_bytes: int = MAX_BYTES,
        allow_private_addresses: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Reach public addresses only, unless `allow_private_addresses`; `tls` is for tests with their own root."""
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._allow_private = allow_private_addresses
        self._tls = tls

    def __call__(self, url: str) -> bytes:
        """Give the body of a plain 200.

        Raises:
            DocumentUnavailable: ``document.url`` (not https, or with a user's name), ``document.private_address``,
                ``document.redirect``, ``document.status``, ``document.too_large``, ``document.timeout``,
                ``document.unreachable``.
        """
        host, port, target = _taken_apart(url)
        deadline = Deadline(self._deadline_s)
        try:
            connection = _Page(self._connect(host, port, deadline), deadline, self._max_bytes)
            try:
                status, body = connection.get(host if port == HTTPS_PORT else f"{host}:{port}", target)
            finally:
                connection.close()
        except ChainUnavailable as error:
            word = error.code.rpartition(".")[2]
            code = {"timeout": "document.timeout", "too_large": "document.too_large"}.get(word, "document.unreachable")
            raise DocumentUnavailable(f"{host}: {error}", code=code) from error
        except TimeoutError as error:
            raise DocumentUnavailable(f"{host}: no complete answer in time", code="document.timeout") from error
        except (OSError, ValueError) as error:
            raise DocumentUnavailable(f"{host}: {type(error).__name__}", code="document.unreachable") from error
        if 300 <= status < 400:
            raise DocumentUnavailable(f"{host}: it redirects, and redirects are not followed", code="document.redirect")
        if status != 200:
            raise DocumentUnavailable(f"{host}: status {status}", code="document.status")
        return body

    def _connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        addresses = addresses_of(host, port, deadline)
        for _, address in addresses:
            if not self._allow_private and not _is_public(address[0]):
                raise DocumentUnavailable(
                    f"{host}: its address {address[0]} is not public", code="document.private_address"
                )
        family, address = addresses[0]
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(deadline.remaining("connecting"))
            plain.connect(address)
            plain.settimeout(deadline.remaining("TLS handshake"))
            return self._context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _context(self) -> ssl.SSLContext:
        import ssl

        return self._tls or ssl.create_default_context()


class _Page(HttpConnection):
    """A connection for one GET, read by the bounded reader that nodes are read by."""

    def __init__(self, connected: socket.socket, deadline: Deadline, max_bytes: int) -> None:
        self._socket = connected
        self._buffer = bytearray()
        self._deadline = deadline
        self._max_bytes = max_bytes
        self.open = True
        self.reused = False

    def get(self, host: str, target: str) -> tuple[int, bytes]:
        """Ask for `target` and give status and body."""
        head = [
            f"GET {target} HTTP/1.1",
            f"Host: {host}",
            "User-Agent: credroot",
            "Accept: application/did+json, application/vc, application/json",
            "Accept-Encoding: identity",
            "Connection: close",
        ]
        self._socket.settimeout(self._deadline.remaining("sending the request"))
        self._socket.sendall("\r\n".join((*head, "", "")).encode("ascii"))
        answer = self._read_answer(self._deadline, self._max_bytes)
        return answer.status, answer.body


def _taken_apart(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS_PORT
        is_plain = url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        parts, port, is_plain = None, 0, False
    if parts is None or not is_plain or parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise DocumentUnavailable("only plain https URLs are fetched", code="document.url")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port, target


def _is_public(text: Any) -> bool:
    """Tell an address of the open internet from every other: private, loopback, link-local, shared, reserved."""
    address = ipaddress.ip_address(str(text).partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return _is_public(inner)
        if address in _NAT64:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
