"""What may come over the wire, and the problem that each is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from credroot.app.api.http.problems import KINDS
from tests.app.api.live_server import LiveServer

ISSUER = "0x" + "11" * 20
ROOT = "0x" + "ab" * 32
NOT_JSON = {
    "nothing": (b"", "json.syntax"),
    "no json": (b"hello", "json.syntax"),
    "cut": (b'{"a": [1', "json.syntax"),
    "two documents": (b"{} {}", "json.syntax"),
    "NaN": (b'{"a": NaN}', "json.number"),
    "Infinity": (b'{"a": -Infinity}', "json.number"),
    "a float beyond floats": (b'{"a": 1e999}', "json.number"),
    "a large integer": (b'{"a": 9007199254740992}', "json.number"),
    "many digits": (b'{"a": ' + b"9" * 5_000 + b"}", "json.number"),
    "an escaped lone surrogate": (b'{"a": "\\ud800"}', "json.surrogate"),
    "a raw lone surrogate": (b'{"a": "\xed\xa0\x80"}', "json.not_utf8"),
    "a duplicate key": (b'{"a": 1, "a": 1}', "json.duplicate_key"),
    "a hidden duplicate key": (b'{"a": 1, "\\u0061": 1}', "json.duplicate_key"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "json.bom"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "json.not_utf8"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "json.not_utf8"),
    "100,000 levels": (b"[" * 100_000, "json.too_deep"),
    "100,000 levels, closed": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json.too_deep"),
}


@pytest.mark.parametrize("name", NOT_JSON)
@pytest.mark.parametrize("path", ["/v1/verify", "/v1/verify/batch"])
def test_json_with_more_or_less_than_one_meaning_is_refused_by_name(server: LiveServer, path: str, name: str) -> None:
    body, code = NOT_JSON[name]
    response = server.post(path, body)
    assert response.status == 400
    assert response.problem == "not-json"
    assert response.json["code"] == code


def test_a_credential_is_nested_32_levels_at_most_alone_and_in_a_batch(server: LiveServer) -> None:
    levels = b'{"a":' * 31 + b"%b" + b"}" * 31
    for path, around in (("/v1/verify", b"%b"), ("/v1/verify/batch", b'{"credentials": [%b]}')):
        assert server.post(path, around % (levels % b"{}")).status == 200
        assert server.post(path, around % (levels % b"[[]]")).json["code"] == "json.too_deep"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"1", b"[{}]"])
def test_json_that_is_no_object_is_unprocessable(server: LiveServer, body: bytes) -> None:
    assert (server.verify(body).status, server.verify(body).problem) == (422, "unprocessable")


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x" * 900],
)
def test_other_kinds_of_content_are_refused(server: LiveServer, content_type: str) -> None:
    response = server.post("/v1/verify", b"{}", content_type)
    assert (response.status, response.problem) == (415, "unsupported-media-type")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "x-unknown"])
def test_an_encoded_body_is_not_unpacked(server: LiveServer, encoding: str) -> None:
    assert server.post("/v1/verify", b"{}", content_encoding=encoding).problem == "unsupported-media-type"


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(server: LiveServer) -> None:
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    with server.connect(head % (1 << 40)) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(server: LiveServer) -> None:
    room = (1 << 20) - len(b'{"a": ""}')
    assert server.verify(b'{"a": "%b"}' % (b"x" * room)).status == 200
    assert server.verify(b'{"a": "%b"}' % (b"x" * (room + 1))).problem == "too-large"


def test_a_body_in_chunks_is_counted_as_it_comes(server: LiveServer) -> None:
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%b\r\n" % (1 << 16, b" " * (1 << 16))
    assert server.raw(head + chunk * 17 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    small = head.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n")
    assert server.raw(small + b"2\r\n{}\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/verify/",
        "/v1/verify%2f",
        "/v1//verify",
        "/v1/%76erify%00",
        "/%ff%fe",
        "/%",
        "/%zz",
        "/..%2f..%2fetc/passwd",
        "/v1/batches/../../x",
        "/docs",
        "/redoc",
        "/problems/nothing",
        "/\u200bv1/verify".encode().decode("latin-1").replace("\x80", "%80").replace("\x8b", "%8B"),
    ],
)
def test_unknown_paths_are_not_found(server: LiveServer, path: str) -> None:
    response = server.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"))
    assert response.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), response[:200]
    assert b"application/problem+json" in response


def test_another_method_is_refused_and_the_right_one_named(server: LiveServer) -> None:
    for method, path, allowed in (
        ("GET", "/v1/verify", "POST"),
        ("DELETE", "/v1/verify", "POST"),
        ("POST", "/healthz", "GET"),
        ("PUT", f"/v1/batches/{ISSUER}/{ROOT}", "GET"),
        ("TRACE", "/healthz", "GET"),
    ):
        response = server.ask(method, path)
        assert (response.status, response.problem, response.headers["allow"]) == (405, "method-not-allowed", allowed)


def test_head_is_get_without_its_body(server: LiveServer) -> None:
    get, head = server.get("/healthz"), server.ask("HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_pages_of_no_origin_may_ask_unless_they_are_let(server: LiveServer) -> None:
    origin = {"Origin": "https://school.example"}
    preflight = server.ask("OPTIONS", "/v1/verify", **origin, Access_Control_Request_Method="POST")
    assert preflight.status == 405
    for response in (
        preflight,
        server.ask("POST", "/v1/verify", b"{}", **origin),
        server.ask("GET", "/credroot-verify.js"),
    ):
        assert "access-control-allow-origin" not in response.headers


def test_pages_of_named_origins_may_ask_without_credentials(workspace: Path) -> None:
    allowed = ("--allow-origin", "https://school.example", "--allow-origin", "http://localhost:8000")
    with LiveServer(workspace, "--rate", "0", *allowed) as server:
        for origin in ("https://school.example", "http://localhost:8000"):
            preflight = server.ask("OPTIONS", "/v1/verify", Origin=origin, Access_Control_Request_Method="POST")
            assert preflight.status == 204
            assert preflight.headers["access-control-allow-origin"] == origin
            assert preflight.headers["vary"] == "origin"
            assert "POST" in preflight.headers["access-control-allow-methods"]
            assert "access-control-allow-credentials" not in preflight.headers
            for path in (f"/v1/batches/{ISSUER}/{ROOT}", "/v1/nothing", "/credroot-verify.js"):
                assert server.ask("GET", path, Origin=origin).headers["access-control-allow-origin"] == origin
            assert "access-control-allow-origin" not in server.ask("GET", "/metrics", Origin=origin).headers
        for stranger in ("https://evil.example", "https://school.example.evil.example", "null", "*"):
            response = server.ask("POST", "/v1/verify", b"{}", Origin=stranger)
            assert "access-control-allow-origin" not in response.headers
            assert response.headers["vary"] == "origin"


def test_pages_of_every_origin_may_ask_where_that_is_said(workspace: Path) -> None:
    with LiveServer(workspace, "--rate", "0", "--allow-origin", "*") as server:
        response = server.ask("POST", "/v1/verify", b"{", Origin="https://anywhere.example")
        assert response.headers["access-control-allow-origin"] == "*"


def test_every_answer_tells_browsers_to_do_nothing_with_it(server: LiveServer) -> None:
    for response in (server.verify(b"{}"), server.verify(b"{"), server.get("/healthz"), server.get("/nothing")):
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
        assert "server" not in response.headers


def test_every_problem_has_a_page_of_text_under_its_type(server: LiveServer) -> None:
    for kind in KINDS.values():
        response = server.get(kind.type)
        assert response.status == 200
        assert response.headers["content-type"] == "text/plain; charset=utf-8"
        assert kind.title in response.body.decode()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\n",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_proper_http_is_refused_and_the_connection_ended(server: LiveServer, sent: bytes) -> None:
    response = server.raw(sent)
    assert response.startswith(b"HTTP/1.1 4"), response[:200]
    assert b"Traceback" not in response
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize(
    "target",
    [
        b"/healthz?" + b"&".join(b"%d=" % number for number in range(700)),
        b"/v1/events?from_block=" + b"1" * 1_100,
        b"/" + b"%41" * 700,
        b"http://x/" + b"a" * 1_100,
    ],
    ids=["many parameters", "a long parameter", "a long path", "with an address"],
)
def test_a_long_target_is_refused_before_it_is_taken_apart(server: LiveServer, target: bytes) -> None:
    response = server.raw(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 414 ")
    assert b"/problems/target-too-long" in response
    assert server.raw(b"GET /?" + b"a" * 1_022 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 200 "
    )


@pytest.mark.parametrize(
    "headers",
    [
        b"A: " + b"x" * 40_000 + b"\r\n",
        b"".join(b"A%d: b\r\n" % number for number in range(200)),
        b"".join(b"A%d: %b\r\n" % (number, b"x" * 1_000) for number in range(60)),
        b"A" * 50_000,
        b"A: " + b"x" * 200_000,
    ],
)
def test_a_flood_of_headers_is_cut_off(server: LiveServer, headers: bytes) -> None:
    response = server.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n")
    assert response.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")) or response == b""
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/batches/nobody/{ROOT}",
        f"/v1/batches/{ISSUER}/0x12",
        f"/v1/batches/{ISSUER}/{ROOT[2:]}",
        f"/v1/batches/0xD6D0694fddb2CdAC64f99F9479Ad68ca0e5C8D7b/{ROOT}",
        f"/v1/status/{ISSUER}/{ROOT}/-1",
        f"/v1/status/{ISSUER}/{ROOT}/1.5",
        f"/v1/status/{ISSUER}/{ROOT}/%D9%A1",
        f"/v1/status/{ISSUER}/{ROOT}/4294967295",
        f"/v1/status/{ISSUER}/{ROOT}/" + "9" * 700,
    ],
)
def test_a_parameter_of_another_form_is_unprocessable(server: LiveServer, path: str) -> None:
    response = server.get(path)
    assert (response.status, response.problem) == (422, "unprocessable")


def test_a_request_that_asks_to_go_on_is_told_so_only_where_its_body_is_wanted(server: LiveServer) -> None:
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with server.connect(head % 2) as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"{}")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_the_log_has_no_path_query_or_content_of_anybody(server: LiveServer) -> None:
    canary = "canary-jane-doe"
    server.get(f"/{canary}?{canary}={canary}", X_Canary=canary, User_Agent=canary)
    server.verify(b'{"type": "VerifiableCredential", "proof": "%b"}' % canary.encode())
    server.raw(f"GET /{canary} HTTP/1.1\r\n{canary}\r\n\r\n".encode())
    assert '"route":"/v1/verify"' in server.log()
    assert canary not in server.log()
    assert canary not in server.get("/metrics").body.decode()
