"""``python -m credroot.chain.embedded serve DIRECTORY``: the server process that `finder` starts."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

from credroot.chain.embedded.finder import EXIT_OWNED
from credroot.chain.embedded.ownership import Ownership
from credroot.core.errors import ChainUnavailable


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; return 0, 75 when another process owns the folder, 1 when the chain cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m credroot.chain.embedded")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="serve the chain of a folder as JSON-RPC on loopback")
    command.add_argument("directory", type=Path)
    command.add_argument("--port", type=int, default=0)
    command.add_argument("--idle-seconds", type=float, default=None, help="end after so long without a request")
    command.add_argument("--background", action="store_true", help="leave the terminal's process group")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("eth").setLevel(logging.CRITICAL)  # it logs whole write batches; our caller gets the error
    if given.background:
        with suppress(PermissionError):  # we lead a group already
            os.setsid()
    try:
        # The lock comes before a second of imports, so that the slower of two starters ends at once.
        ownership = Ownership(given.directory)
        from credroot.chain.embedded.node.server import serve

        serve(given.directory, port=given.port, idle_seconds=given.idle_seconds, ownership=ownership)
    except ChainUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_OWNED if error.code == "chain.local_owned" else 1
    except OSError as error:
        sys.stderr.write(f"cannot serve: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
