"""An endpoint that hands every request on to a node, and may change what comes back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Lie = Callable[[str, list[Any], Any], Any]
"""Method, parameters and true result -> the result to give. An `RpcFault` that it raises becomes an error."""

Ask = Callable[[str, list[Any]], list[Any]]
"""Method and parameters -> the parameters to hand on."""


class RpcFault(Exception):
    """What the proxy answers with an error."""


class LyingProxy:
    """Runs until it is closed; `lie` and `ask` may be changed at any time."""

    def __init__(self, url: str, lie: Lie, ask: Ask | None = None) -> None:
        self.lie = lie
        self.ask = ask
        """What is asked of the node in place of what the proxy was asked."""
        self.calls: list[tuple[str, list[Any]]] = []
        upstream = urlsplit(url)
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # An answer goes out at once, whatever its size.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = json.loads(body)
                connection = HTTPConnection(upstream.hostname or "", upstream.port, timeout=30)
                connection.request("POST", "/", proxy.asked(request), {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read())
                connection.close()
                if isinstance(request, list):
                    by_id = {item["id"]: item for item in answer}
                    answer = [proxy.changed(item, by_id[item["id"]]) for item in request]
                else:
                    answer = proxy.changed(request, answer)
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def asked(self, request: Any) -> bytes:
        ask = self.ask
        if ask is not None:
            for one in request if isinstance(request, list) else [request]:
                one["params"] = ask(one["method"], one["params"])
        return json.dumps(request).encode()

    def changed(self, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((request["method"], request["params"]))
        if "result" not in answer:
            return answer
        try:
            return {**answer, "result": self.lie(request["method"], request["params"], answer["result"])}
        except RpcFault as fault:
            return {"jsonrpc": "2.0", "id": answer["id"], "error": {"code": -32005, "message": str(fault)}}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def honest(_method: str, _params: list[Any], result: Any) -> Any:
    return result


def replay(proxy: LyingProxy, block: int) -> None:
    """Have a proxy show the chain as it was when `block` was its head, truly in every answer."""
    newest = hex(block)

    def older(value: Any) -> Any:
        is_tag = value in ("latest", "pending", "safe", "finalized")
        return newest if is_tag or (isinstance(value, str) and _is_beyond(value, block)) else value

    proxy.ask = lambda _method, params: [older(value) for value in params]
    proxy.lie = lambda method, _params, result: newest if method == "eth_blockNumber" else result


def _is_beyond(value: str, block: int) -> bool:
    return value.startswith("0x") and len(value) < 20 and int(value, 16) > block
