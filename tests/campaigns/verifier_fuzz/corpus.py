"""Requests of every kind to every route: files and mutants of them, odd parameters, and lies about the framing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.campaigns.verifier_fuzz import byte_mutants, carriers, heavy, json_mutants, jwt_mutants
from tests.campaigns.verifier_fuzz.cases import written
from tests.campaigns.verifier_fuzz.wire import Sending, form, request
from tests.workspaces import Workspace

VERIFY, BATCH, PAGE, CHECK = "/v1/verify", "/v1/verify/batch", "/v1/page", "/check"
W3C, PRESENT, ISSUE = "/credentials/verify", "/presentations/verify", "/credentials/issue"
CODE, PAPER = "/v1/code", "/report.pdf"
POSTED = (VERIFY, BATCH, PAGE, CHECK, W3C, PRESENT, ISSUE, CODE, PAPER)
MEDIA = (
    "application/json",
    "application/vc",
    "application/vc+jwt",
    "application/octet-stream",
    "image/png",
    "image/svg+xml",
    "application/pdf",
    "text/plain",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "\xff",
    "",
)
ODD = (
    "0x" + "0" * 40, "0x" + "f" * 64, "0X00", "-1", "0", "1", "2147483648", "99999999999999999999", "1e3", "%00",
    "..%2f..", "%F0%9F%92%A9", "a" * 3000, "null", "true", "[]", "{}", "'", "%0d%0aX:1", " ", "?",
    "\u202e".encode().decode("latin-1"),
)  # fmt: skip
NO_REQUESTS = (
    b"\r\n" * 500, b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00",
    b"GET\r\n\r\n", b"GET http://[::1 HTTP/1.1\r\n\r\n", b"G" * 40_000, bytes(range(256)),
)  # fmt: skip


MISFRAMED_S = 0.05
"""How long an answer to a lie about the framing is waited for: some of them announce a body that never comes."""


@dataclass(frozen=True)
class Given:
    """A file that the campaign knows the verdict of."""

    data: bytes
    document: dict[str, Any]
    verdict: str


class Corpus:
    """Makes requests from the files of a workspace."""

    def __init__(
        self, workspace: Workspace, routes: dict[str, list[str]], seed: int, *, heavy_every: int | None = None
    ) -> None:
        """Use `routes`, a path with its parameters in braces to its methods."""
        self._heavy_every = heavy_every or HEAVY_EVERY
        self._seed = seed
        reports = workspace.reports(*workspace.credentials)
        self.given = [
            Given(path.read_bytes(), json.loads(path.read_bytes()), report["verdict"])
            for path, report in zip(workspace.credentials, reports, strict=True)
        ]
        # The demonstration revokes its first and says so; all others hold.
        assert [one.verdict for one in self.given] == ["invalid"] + ["valid"] * (len(self.given) - 1)
        self._documents = [one.document for one in self.given]
        self._data = [one.data for one in self.given]
        self._routes = [(path, methods) for path, methods in sorted(routes.items())]
        place = json.loads((workspace.folder / "batches" / "data-analytics-2026" / "manifest.json").read_bytes())
        self._known = [text for text in _texts(place) if text.startswith("0x")][:20]

    def hostile(self, number: int, *, may_be_heavy: bool = True) -> Sending:
        """Make the hostile request of a number."""
        rng = random.Random(f"{self._seed} request {number}")
        if may_be_heavy and number % self._heavy_every == self._heavy_every // 2 + 1:
            return self._heavy(rng, number // self._heavy_every)
        makers, shares = tuple(MAKERS), tuple(MAKERS.values())
        return rng.choices(makers, shares)[0](self, rng)

    def genuine(self, rng: random.Random) -> tuple[Sending, list[str]]:
        """Make a request about known files, and the verdicts that it must be answered with."""
        chosen = rng.sample(self.given, rng.choice((1, 1, 2, 5)))
        if rng.random() < 0.4:
            chosen[0] = altered(chosen[0], rng)
        expected = [one.verdict for one in chosen]
        path = rng.choice((VERIFY, BATCH, PAGE)) if len(chosen) == 1 else rng.choice((BATCH, PAGE))
        if path == VERIFY:
            body, media = chosen[0].data, "application/json"
        elif path == BATCH:
            body, media = json.dumps({"credentials": [one.document for one in chosen]}).encode(), "application/json"
        else:
            body, media = form(*((f"{n}.json", one.data) for n, one in enumerate(chosen)))
        return Sending(f"genuine {path}", (request("POST", path, body, media),)), expected

    def file(self, rng: random.Random) -> tuple[str, bytes]:
        """Give a mutant of a file, in any of the forms."""
        kind, one = rng.randrange(6), rng.choice(self.given)
        if kind <= 1:
            change, value = json_mutants.mutant(one.document, rng, self._documents)
            return change, written(value)
        if kind == 2:
            return byte_mutants.mutant(one.data, rng, self._data)
        if kind == 3:
            return carriers.mutant(rng.choice(tuple(carriers.CARRIERS)), one.data, rng, self._data)
        if kind == 4:
            signature = "A" * 86
            token = jwt_mutants.joined({"alg": "EdDSA", "kid": "did:key:z6Mk#z6Mk"}, one.document, signature)
            change, text = jwt_mutants.mutant(token, rng, [token])
            return change, text.encode("utf-8", "replace")
        return "any", rng.choice((b"", b"{}", b"[]", b"null", b'"x"', b"\xff", b"{" * 5000, rng.randbytes(200)))

    # -- kinds of requests --

    def _posted(self, rng: random.Random) -> Sending:
        path = rng.choice((VERIFY, VERIFY, BATCH, PAGE, CHECK, W3C, PRESENT))
        change, data = self.file(rng)
        body, media = self._wrapped(path, data, rng)
        return Sending(f"{path} {change}", (request("POST", path, body, media),))

    def _wrapped(self, path: str, data: bytes, rng: random.Random) -> tuple[bytes, str]:
        if path in (PAGE, CHECK):
            if rng.random() < 0.3:
                return form(text=data)
            return form(
                *((f"f{n}.json", data) for n in range(rng.choice((1, 1, 2)))),
                (("x.zip", data) if rng.random() < 0.1 else ("y", b"")),
            )
        options = rng.choice(
            ("", "", ', "options": {}', ', "options": {"checks": ["proof"]}', ', "options": []', ', "x": 1')
        )
        if path == W3C:
            return b'{"verifiableCredential": ' + data + options.encode() + b"}", "application/json"
        if path == PRESENT:
            name = rng.choice(("verifiablePresentation", "presentation"))
            kind = b'{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation", '
            inner = kind + b'"verifiableCredential": [' + data + b"]}"
            return f'{{"{name}": '.encode() + inner + options.encode() + b"}", "application/json"
        if path == BATCH:
            good = rng.choice(self.given).data
            parts = [data if rng.random() < 0.8 else json.dumps(data.decode("latin-1")).encode(), good]
            return b'{"credentials": [' + b", ".join(parts) + b"]}", "application/json"
        if data[:1] == b"{" and rng.random() < 0.1:
            digest = rng.choice(('"00"', '"' + "0" * 64 + '"', "null", "7", "[]"))
            return b'{"receipt": ' + data + f', "sha256": {digest}}}'.encode(), "application/json"
        media = "application/json" if data[:1] in b"{[" else rng.choice(MEDIA[2:7])
        return data, media

    def _confused(self, rng: random.Random) -> Sending:
        """Send any body to any route that takes one, as any kind of content."""
        path = rng.choice(POSTED)
        _, data = self.file(rng)
        if rng.random() < 0.4:
            data = written(json_mutants.odd_value(rng, {"credentials": rng.choice((None, [None], {}, [1], "x"))}))
        media = rng.choice(MEDIA)
        return Sending(f"{path} as {media}", (request("POST", path, data, media),))

    def _asked(self, rng: random.Random) -> Sending:
        """Ask any route with odd parameters."""
        path, methods = rng.choice(self._routes)
        while "{" in path:
            name = path[path.index("{") : path.index("}") + 1]
            path = path.replace(name, rng.choice((*ODD, *self._known)), 1)
        query = "&".join(
            f"{rng.choice(('network', 'cursor', 'limit', 'account', 'lang', 'from', 'x', ''))}={rng.choice(ODD)}"
            for _ in range(rng.choice((0, 0, 1, 3)))
        )
        method = rng.choice((*methods, "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"))
        more = rng.choice(
            (
                "",
                "",
                "Accept-Language: \xff;q=x\r\n",
                "Origin: null\r\n",
                "Authorization: Bearer \xff\r\n",
                "If-None-Match: *\r\n",
                "Range: bytes=0-\r\n",
            )
        )
        target = (path + ("?" + query if query else "")).replace(" ", "%20")
        return Sending(
            f"{method} {path[:40]}", (request(method.upper(), target, more=more),), is_framed=target.isascii()
        )

    def _misframed(self, rng: random.Random) -> Sending:
        """Lie about where the body ends, or break the head."""
        path, one = rng.choice(POSTED), rng.choice(self.given).data
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
        lie = rng.choice((
            b"Content-Length: %d\r\n\r\n" % (len(one) - 7) + one,
            b"Content-Length: -1\r\n\r\n" + one,
            b"Content-Length: 99999999999999999999\r\n\r\n" + one,
            b"Content-Length: 1e3\r\n\r\n" + one,
            b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + one,
            b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(one) + one,
            b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + one,
            b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + one,
            b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n{\r\n" * 300 + b"0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + one,
            b"Transfer-Encoding: chunked\r\n\r\n%x;e=%b\r\n%b\r\n0\r\nT: x\r\n\r\n" % (len(one), b"e" * 3000, one),
            b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            b"Transfer-Encoding: identity\r\n\r\n" + one,
            b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(one) + one,
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(one) + one,
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
            b"X: " + b"y" * 70_000 + b"\r\n\r\n",
            b"".join(b"X%d: y\r\n" % n for n in range(300)) + b"\r\n",
            b"No colon here\r\n\r\n",
            b"X : y\r\n\r\n",
            b"X: a\0b\r\n\r\n",
            b"X: a\r\n folded\r\n\r\n",
        ))  # fmt: skip
        data = head + lie
        if rng.random() < 0.15:
            data = rng.choice(NO_REQUESTS)
        elif rng.random() < 0.3:
            return Sending(
                "misframed in pieces", (data[:30], data[30:90], data[90:]), 0.01, is_framed=False, leaves=True
            )
        return Sending("misframed", (data,), is_framed=False, patience_s=MISFRAMED_S)

    def _left(self, rng: random.Random) -> Sending:
        """Go away in the middle of a body, or send two requests in one piece."""
        one = rng.choice(self.given).data
        whole = request("POST", rng.choice(POSTED), one, close=False)
        if rng.random() < 0.5:
            return Sending("left", (whole[: rng.randrange(len(whole))],), is_framed=False, leaves=True)
        return Sending("in a row", (whole * 5 + request("GET", "/healthz"),), is_framed=False)

    def _heavy(self, rng: random.Random, turn: int) -> Sending:
        """Send a file that is made to be costly: each kind in turn, where it may be sent."""
        if turn % (len(heavy.FILES) + 2) == 0:
            body = json.dumps({"credentials": heavy.new_shapes(rng)}).encode()
            return Sending("heavy batch", (request("POST", BATCH, body),))
        if turn % (len(heavy.FILES) + 2) == 1:
            name = rng.choice(("presentation", "verifiablePresentation"))
            body = json.dumps({name: heavy.presentation(rng)}).encode()
            return Sending("heavy presentation", (request("POST", PRESENT, body),))
        maker = heavy.FILES[turn % (len(heavy.FILES) + 2) - 2]
        data = heavy.written(maker(rng))
        path = rng.choice((VERIFY, W3C, PAGE, CHECK)) if data[:1] == b"{" else rng.choice((PAGE, CHECK))
        if path == VERIFY:
            body, media = data, "application/json"
        elif path == W3C:
            body, media = b'{"verifiableCredential": ' + data + b"}", "application/json"
        elif data[:4] == b"\x89PNG" and rng.random() < 0.3:
            path, body, media = CODE, data, "image/png"
        else:
            body, media = form(("f", data))
        return Sending(f"heavy {maker.__name__} {path}", (request("POST", path, body, media),))


MAKERS: dict[Callable[[Corpus, random.Random], Sending], int] = {
    Corpus._posted: 55,
    Corpus._confused: 15,
    Corpus._asked: 15,
    Corpus._misframed: 10,
    Corpus._left: 5,
}
HEAVY_EVERY = 100
"""One of so many requests is made to be costly."""


def altered(one: Given, rng: random.Random) -> Given:
    """Give a file in which one letter of its words was changed."""
    document = json_mutants.copied(one.document)
    document["credentialSubject"]["achievement"]["name"] += rng.choice("abcdef")
    return Given(json.dumps(document).encode(), document, "invalid")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for member in value.values() for text in _texts(member)]
    if isinstance(value, list):
        return [text for member in value for text in _texts(member)]
    return [value] if isinstance(value, str) else []


def routes_of(document: dict[str, Any]) -> dict[str, list[str]]:
    """Give every path of an OpenAPI document with its methods, and those that are not described there."""
    found = {path: [method.upper() for method in methods] for path, methods in document["paths"].items()}
    pages: dict[str, list[str]] = {
        path: ["GET"] for path in ("/", "/check", "/page.css", "/page.js", "/openapi.json", "/v1/code")
    }
    return pages | found | {"/{anything}": ["GET"], "/status/{list}": ["GET"]}
