"""Fetching: off unless it is configured; https only, no address inside, nothing followed, sizes and waits bounded."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.documents.https_fetcher import HttpsFetcher
from credroot.app.documents.pinned_documents import PinnedDocuments
from credroot.app.documents.web_documents import WebDocuments
from credroot.app.settings.settings import load_settings
from credroot.app.verifying.verifier import documents_of
from credroot.core.errors import InputError
from credroot.verifier.documents import DocumentUnavailable
from tests.chain.test_rpc_tls import certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DID = "did:web:registrar.example.edu"
DID_URL = "https://registrar.example.edu/.well-known/did.json"


@contextmanager
def tls_page(path: Path, *answers: bytes, drip_s: float = 0.0) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request after another with these bytes, whole or one by one; give the origin and what was asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listener.accept()
                with context.wrap_socket(connection, server_side=True) as secured:
                    asked.append(secured.recv(65_536))
                    pieces = [answer] if not drip_s else [answer[i : i + 1] for i in range(len(answer))]
                    for piece in pieces:
                        secured.sendall(piece)
                        time.sleep(drip_s)
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.close()


def page(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path, "127.0.0.1")


def fetcher(pem: Path, **options: Any) -> HttpsFetcher:
    tls = ssl.create_default_context(cafile=str(pem))
    return HttpsFetcher(tls=tls, allow_private_addresses=True, **options)


def refusal(fetch: HttpsFetcher, url: str) -> str:
    with pytest.raises(DocumentUnavailable) as caught:
        fetch(url)
    return caught.value.code


def test_a_plain_page_is_fetched_with_a_plain_request(pem: Path) -> None:
    with tls_page(pem, page(b'{"id": "x"}')) as (origin, asked):
        assert fetcher(pem)(f"{origin}/a/did.json?v=1") == b'{"id": "x"}'
    assert asked[0].startswith(b"GET /a/did.json?v=1 HTTP/1.1\r\n")
    assert b"cookie" not in asked[0].lower()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_is_not_followed_inside_nor_outside(pem: Path, status: str) -> None:
    with tls_page(pem, page(b"", status, "Location: http://169.254.169.254/latest")) as (origin, asked):
        assert refusal(fetcher(pem), f"{origin}/did.json") == "document.redirect"
    assert len(asked) == 1


def test_an_error_page_is_no_document(pem: Path) -> None:
    with tls_page(pem, page(b"{}", "404 Not Found")) as (origin, _):
        assert refusal(fetcher(pem), f"{origin}/did.json") == "document.status"


def test_a_page_that_is_too_large_is_cut_off_whether_it_says_so_or_not(pem: Path) -> None:
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    streamed = b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 200_000
    for answer in (announced, streamed):
        with tls_page(pem, answer) as (origin, _):
            assert refusal(fetcher(pem), f"{origin}/status/1.json") == "document.too_large"


def test_a_page_that_drips_is_given_up_by_the_deadline(pem: Path) -> None:
    """Whoever waits anew for every byte gets the page, a minute later."""
    with tls_page(pem, page(b"{" + b" " * 1_000 + b"}"), drip_s=0.05) as (origin, asked):
        assert refusal(fetcher(pem, deadline_s=0.5), f"{origin}/did.json") == "document.timeout"
    assert len(asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(pem: Path) -> None:
    with tls_page(pem, page(b"{}")) as (origin, asked):
        assert refusal(HttpsFetcher(allow_private_addresses=True), f"{origin}/did.json") == "document.unreachable"
    assert asked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "2130706433",
        "0x7f.1",
    ],
)
def test_no_address_inside_is_connected_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: connected.append(address))
    assert refusal(HttpsFetcher(deadline_s=2), f"https://{host}/did.json") in (
        "document.private_address",
        "document.unreachable",
    )
    assert connected == []


@pytest.mark.parametrize(
    "url",
    [
        "http://registrar.example.edu/did.json",
        "file:///etc/passwd",
        "https://user:secret@registrar.example.edu/",
        "https://registrar.example.edu/a b",
        "https://registrar.example.edu/\r\nHost: evil",
        "https:///did.json",
        "https://registrar.example.edu:99999/",
        "https://[::1/",
        "ftp://registrar.example.edu/",
    ],
)
def test_what_is_no_plain_https_url_is_refused_before_a_name_is_looked_up(url: str) -> None:
    assert refusal(HttpsFetcher(), url) == "document.url"


class Web:
    """A fetcher over a table, with a clock of its own."""

    def __init__(self, **pages: bytes) -> None:
        self.pages = {DID_URL: json.dumps({"id": DID}).encode(), **pages}
        self.asked: list[str] = []
        self.now = NOW

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise DocumentUnavailable("no answer", code="document.unreachable")
        return self.pages[url]

    def documents(self, folder: Path, *allowed: str) -> WebDocuments:
        return WebDocuments(PinnedDocuments(folder), allowed, self, clock=lambda: self.now)


def test_only_what_the_settings_name_is_fetched(tmp_path: Path) -> None:
    web = Web()
    documents = web.documents(tmp_path, DID)
    assert documents.did_document("did:web:other.example", fetch=True) is None
    assert documents.did_document(DID, fetch=False) is None
    assert documents.status_list("https://other.example/1", fetch=True) is None
    assert documents.status_list("http://registrar.example.edu/1", fetch=True) is None
    assert web.asked == []
    assert documents.did_document(DID, fetch=True) == {"id": DID}
    assert web.asked == [DID_URL]


def test_an_answer_is_kept_for_minutes_and_a_failure_too(tmp_path: Path) -> None:
    web = Web()
    documents = web.documents(tmp_path, DID)
    for _ in range(3):
        documents.did_document(DID, fetch=True)
        with pytest.raises(DocumentUnavailable):
            documents.status_list("https://registrar.example.edu/1.json", fetch=True)
    assert len(web.asked) == 2
    web.now += timedelta(minutes=6)
    documents.did_document(DID, fetch=True)
    assert len(web.asked) == 3


def test_a_pinned_document_comes_before_the_web(tmp_path: Path) -> None:
    folder = tmp_path / "trust" / "did"
    folder.mkdir(parents=True)
    (folder / "registrar.json").write_text(json.dumps({"id": DID, "pinned": True}))
    web = Web()
    assert web.documents(tmp_path, DID).did_document(DID, fetch=True) == {"id": DID, "pinned": True}
    assert web.asked == []


@pytest.mark.parametrize("body", [b"[]", b"<html>", b'{"id": 1, "id": 2}', b"\xff"])
def test_a_page_that_is_no_json_object_is_no_document(tmp_path: Path, body: bytes) -> None:
    web = Web()
    web.pages[DID_URL] = body
    with pytest.raises(DocumentUnavailable) as caught:
        web.documents(tmp_path, DID).did_document(DID, fetch=True)
    assert caught.value.code == "document.malformed"


@pytest.mark.parametrize("entry", ["http://x.example", "https://x.example/path", "did:key:z6Mk", "x.example", ""])
def test_an_entry_that_names_nothing_fetchable_is_an_error_of_the_settings(tmp_path: Path, entry: str) -> None:
    with pytest.raises(InputError):
        Web().documents(tmp_path, entry)


def test_nothing_is_fetched_unless_the_settings_say_so(tmp_path: Path) -> None:
    assert isinstance(documents_of(load_settings(tmp_path, {}), lambda: NOW), PinnedDocuments)
    (tmp_path / "credroot.toml").write_text(f'format = "credroot/settings/v1"\n[trust]\nfetch = ["{DID}"]\n')
    assert isinstance(documents_of(load_settings(tmp_path, {}), lambda: NOW), WebDocuments)


def test_a_server_sees_a_new_status_list_without_being_started_again(tmp_path: Path) -> None:
    folder = tmp_path / "public" / "status"
    folder.mkdir(parents=True)
    seconds = [0.0]
    documents = PinnedDocuments(tmp_path, seconds=lambda: seconds[0])
    assert documents.status_list("https://x.example/1", fetch=False) is None
    (folder / "1.json").write_text(json.dumps({"id": "https://x.example/1"}))
    assert documents.status_list("https://x.example/1", fetch=False) is None
    seconds[0] = 16.0
    assert documents.status_list("https://x.example/1", fetch=False) is not None


def test_a_pinned_file_that_is_too_large_or_unreadable_is_as_good_as_absent(tmp_path: Path) -> None:
    folder = tmp_path / "trust" / "status"
    folder.mkdir(parents=True)
    with (folder / "large.json").open("wb") as file:
        file.truncate(2**30)
    (folder / "broken.json").write_text("{")
    (folder / "good.json").write_text(json.dumps({"id": "https://x.example/1"}))
    documents = PinnedDocuments(tmp_path)
    assert documents.status_list("https://x.example/1", fetch=False) is not None
    assert documents.status_list("https://x.example/2", fetch=False) is None
