"""The private link in the QR code of a picture: a photograph of a certificate on paper, or one frame of a camera."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from credroot.core.errors import CredrootError, InputError
from credroot.credential.baking.private_link import is_link

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PICTURE_BYTES = 15 * 2**20
TIMEOUT_S = 10.0
AT_ONCE = 2
"""Pictures that are being read at once: each has a process of its own, with its share of memory."""
_READING = (sys.executable, "-I", "-m", "credroot.app.page.code_reading")
"""The program that reads one picture from its input and writes the texts of its codes."""
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")


class ReaderBusyError(CredrootError):
    """Other pictures are being read; time heals it."""

    code = "code.busy"


class CodeReader:
    """Reads pictures in processes of their own. Threads may share it."""

    def __init__(self, timeout_s: float = TIMEOUT_S, *, reading: Sequence[str] = _READING) -> None:
        """Give the program `reading` this long for each picture."""
        self._timeout_s = timeout_s
        self._reading = reading
        self._room = BoundedSemaphore(AT_ONCE)

    @staticmethod
    def is_available() -> bool:
        """Tell whether the extra ``credroot[qr]`` is installed."""
        return find_spec("zxingcpp") is not None

    def link_in(self, picture: bytes) -> str | None:
        """Give the first private link in a picture's QR codes, `None` where there is none or it can't be read.

        Raises:
            InputError: ``code.too_large``, ``code.kind``: it is no JPEG, PNG or WebP picture by its first bytes.
            ReaderBusyError: `AT_ONCE` others are being read.
        """
        if len(picture) > MAX_PICTURE_BYTES:
            raise InputError(f"a picture has at most {MAX_PICTURE_BYTES} bytes", code="code.too_large")
        if not is_picture(picture):
            raise InputError("not a JPEG, PNG or WebP picture", code="code.kind")
        if not self._room.acquire(blocking=False):
            raise ReaderBusyError("other pictures are being read")
        try:
            texts = self._texts(picture)
        finally:
            self._room.release()
        return next((text for text in texts if is_link(text)), None)

    def _texts(self, picture: bytes) -> list[str]:
        try:
            done = subprocess.run(  # noqa: S603
                self._reading, input=picture, capture_output=True, timeout=self._timeout_s, check=True, env={}
            )
            texts = json.loads(done.stdout)
        except (subprocess.SubprocessError, OSError, ValueError):
            return []
        return [text for text in texts if isinstance(text, str)]


def is_picture(data: bytes) -> bool:
    """Tell by its first bytes whether `data` may be a picture that a camera takes."""
    return data.startswith(_MAGIC)
