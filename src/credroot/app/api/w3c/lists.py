"""``GET /status/NUMBER.json`` and ``GET /credentials/status/NUMBER``: the workspace's own status lists.

The first is where credentials point to whose issuer has this server as its ``publish_url``; the second is the VC-API's
place for it. Both give the signed list as it lies below ``public/status/``; making it anew is ``credroot issuer
status``'s part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from credroot.app.api.http.answers import JSON, Answer
from credroot.app.api.http.problems import NOT_FOUND, ProblemError
from credroot.app.documents.pinned_documents import MAX_LIST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.api.http.workers import Workers

LIST_FOLDER = "public/status"
MEDIA_TYPE_VC = b"application/vc"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_HEADERS = ((b"cache-control", b"public, max-age=60"), (b"vary", b"accept"))


class StatusListRoute:
    """Gives the lists of one workspace."""

    def __init__(self, workspace: Path, workers: Workers) -> None:
        self._folder = workspace / LIST_FOLDER
        self._workers = workers

    async def answer(self, number: str, accept: str) -> Answer:
        """Give list `number`, as ``application/vc`` to who asks for that; `ProblemError` ``not-found``."""
        data = await self._workers.run(lambda: self._read(number))
        if data is None:
            raise ProblemError(NOT_FOUND, "there is no such status list", code="status_list.missing")
        return Answer(200, data, MEDIA_TYPE_VC if "application/vc" in accept else JSON, _HEADERS)

    def _read(self, number: str) -> bytes | None:
        if not _NUMBER.fullmatch(number):
            return None
        try:
            with (self._folder / f"{number}.json").open("rb") as file:
                data = file.read(MAX_LIST_BYTES + 1)
        except OSError:
            return None
        return data if len(data) <= MAX_LIST_BYTES else None
