"""Run the command line: ``python -m credroot``, or ``credroot``."""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 50_000
"""Objects made before the collector looks for garbage; to start up makes about as many, and none of it is garbage."""


def main() -> None:
    """Run one command and end the process with its exit status."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)
    # Imported here, for the threshold is there to make the imports faster.
    from credroot.app.cli import main as run

    run()


if __name__ == "__main__":
    main()
