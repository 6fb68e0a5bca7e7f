"""How much memory this process has for its data, and how much it may have, where the system says so."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def data_bytes() -> int | None:
    """Give what counts against `resource.RLIMIT_DATA`; `None` where the system does not tell."""
    try:
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1_024
    except OSError:
        pass
    return None


def allow(more_bytes: int) -> None:
    """Let this process have so much more than it has now."""
    held = data_bytes()
    if held is None or sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + more_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
