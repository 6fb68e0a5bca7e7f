"""A server under limits of a test's own: ``python -m tests.app.api.served WORKSPACE LIMITS-AS-JSON [MODULE...]``.

Modules that are named are imported first, whatever they do to the interpreter.
"""

from __future__ import annotations

import importlib
import json
import socket
import sys
from pathlib import Path

from credroot.app.api.application import create_api
from credroot.app.api.event_log import EventLog
from credroot.app.api.limits import Limits
from credroot.app.api.server import run
from credroot.app.settings.settings import load_settings


def main(workspace: str, limits_json: str, *modules: str) -> None:
    for module in modules:
        importlib.import_module(module)
    limits = Limits(**json.loads(limits_json))
    log = EventLog(sys.stderr)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        application = create_api(load_settings(Path(workspace)), limits, log)
        run(application, listener, limits, log, trusted_proxies=None, announce=lambda: print(url, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
