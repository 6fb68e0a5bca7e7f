"""The JSON-RPC client over TLS: a certificate that is trusted, and two that are not."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable


def certificate(folder: Path, address: str) -> Path:
    """Write a key and its self-signed certificate for an address to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a node for tests")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def tls_node(path: Path) -> Iterator[str]:
    """Answer requests over TLS with the result 0x1 until the block ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as secured:
                for identifier in (1, 2):
                    secured.recv(65536)
                    body = b'{"jsonrpc":"2.0","id":%d,"result":"0x1"}' % identifier
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        except OSError:
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join()


def test_a_trusted_certificate_serves_several_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with tls_node(path) as url, Rpc(url) as rpc:
        assert [rpc.call("eth_chainId"), rpc.call("eth_chainId")] == ["0x1", "0x1"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with tls_node(certificate(tmp_path, "127.0.0.1")) as url, pytest.raises(ChainUnavailable) as caught:
        Rpc(url).call("eth_chainId")
    assert caught.value.code == "chain.unreachable"


def test_a_certificate_for_another_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with tls_node(path) as url, pytest.raises(ChainUnavailable) as caught:
        Rpc(url).call("eth_chainId")
    assert caught.value.code == "chain.unreachable"
