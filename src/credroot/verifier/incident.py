"""An error of our own in judging one file: it becomes that file's report, and never its neighbours'.

No such error is expected. Should one be there, a file that was made to find it must not end a batch, or a server's
answer to others. It says nothing about the file, so the file could not be checked.
"""

from __future__ import annotations

import logging
from hashlib import sha256
from traceback import format_exception
from typing import TYPE_CHECKING

from credroot.verifier.subject import INTERNAL, Malformed

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

_LOG = logging.getLogger("credroot.verifier")


def incident(error: Exception, document: JsonObject | None = None) -> Malformed:
    """Write `error` to the log, and return what stands for the file: unread, with the reference of the log's line.

    The reference is the same for the same fault, so that many files can't hide one by another. The line names the
    place in our code and nothing of the file.
    """
    trace = "".join(format_exception(error))
    reference = sha256(trace.encode("utf-8", "replace")).hexdigest()[:12]
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    place = "" if innermost is None else f"{innermost.tb_frame.f_code.co_name}:{innermost.tb_lineno}"
    _LOG.error("error %s in judging a file: %s in %s", reference, type(error).__name__, place)
    _LOG.debug("error %s:\n%s", reference, trace)
    return Malformed(INTERNAL, f"an error of this program, reference {reference}", document)
