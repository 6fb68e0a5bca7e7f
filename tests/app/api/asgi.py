"""The API without a socket, in one process: one request is one call."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from credroot.app.api.application import create_api
from credroot.app.api.event_log import EventLog
from credroot.app.api.limits import Limits
from credroot.app.settings.settings import load_settings


class Api:
    """The application over a workspace. `log` is what it told its operator."""

    def __init__(self, workspace: Path) -> None:
        self._log = io.StringIO()
        limits = replace(Limits(), rate_per_s=0, processes=0)
        self._application = create_api(load_settings(workspace), limits, EventLog(self._log, requests=False))
        self._loop = asyncio.new_event_loop()

    @property
    def log(self) -> str:
        return self._log.getvalue()

    def close(self) -> None:
        self._loop.close()

    def get(self, path: str) -> tuple[int, bytes]:
        return self._asked("GET", path, b"", ())

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> tuple[int, bytes]:
        return self._asked("POST", path, body, [(b"content-type", content_type.encode())])

    def _asked(self, method: str, path: str, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> tuple[int, bytes]:
        return self._loop.run_until_complete(self._loop.create_task(self._answered(method, path, body, headers)))

    async def _answered(
        self, method: str, path: str, body: bytes, headers: Sequence[tuple[bytes, bytes]]
    ) -> tuple[int, bytes]:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [*headers],
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])

    def together(self, path: str, values: Sequence[Any]) -> list[tuple[int, bytes]]:
        """Post all at once."""
        headers = [(b"content-type", b"application/json")]
        requests = [self._answered("POST", path, json.dumps(value).encode(), headers) for value in values]

        async def every() -> list[tuple[int, bytes]]:
            return await asyncio.gather(*requests)

        return self._loop.run_until_complete(every())

    def ask(self, path: str, value: Any) -> tuple[int, Any]:
        status, body = self.post(path, json.dumps(value).encode())
        return status, json.loads(body)
