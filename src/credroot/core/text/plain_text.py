"""Text of strangers where people read it: without what ends a line, moves the cursor, hides or reorders.

A name in a file, a member of an archive, an answer of an endpoint may hold anything. On a terminal, in a log and in a
sentence of ours it must not be able to write a line of its own, or to paint over one of ours.

Source: Unicode 16, Bidi_Control and Default_Ignorable_Code_Point, without the joiners that scripts need.
"""

from __future__ import annotations

import json
import re
from typing import Final

_BREAKS: Final = "\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029"
_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_UNSEEN: Final = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
CONTROLS: Final = re.compile(f"[{_CONTROLS}{_UNSEEN}]")
"""What no text shows: all but tabs and line feeds of ASCII's controls, and what hides or reorders."""
MAX_NAME: Final = 120
"""Characters of a name that are shown."""
_LIKE_OURS: Final = re.compile(r"\s\s|[()\[\]\"]|^\s|\s$")
_AT_BREAKS: Final = re.compile(f"[{_BREAKS}]+")


def one_line(text: str) -> str:
    """Return a text as one line: a space at each break, and nothing that is not seen."""
    return CONTROLS.sub("", _AT_BREAKS.sub(" ", text))


def as_name(text: str) -> str:
    """Return a stranger's name for a file as it may stand beside words of ours: quoted where it reads like them.

    What is long is shortened in the middle, so that nothing of ours is pushed out of sight.
    """
    line = one_line(text)
    if len(line) > MAX_NAME:
        line = f"{line[: MAX_NAME // 2]}\u2026{line[-MAX_NAME // 2 :]}"
    return json.dumps(line, ensure_ascii=False) if _LIKE_OURS.search(line) else line


def on_screen(text: str) -> str:
    """Return lines of ours as a terminal may have them; whatever a stranger's text in them holds."""
    return CONTROLS.sub("", text)
