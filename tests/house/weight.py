"""How much an installation brings; run by its own Python: ``python weight.py MAX_DISTRIBUTIONS MAX_MEGABYTES``."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions

INSTALLERS = {"pip", "setuptools", "wheel"}
"""What every new environment has."""


def size_of(distribution: Distribution) -> int:
    """Give the bytes of the files that a distribution has installed."""
    paths = (distribution.locate_file(file) for file in distribution.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def main() -> None:
    """Print both figures, and fail beyond either."""
    brought = [one for one in distributions() if one.metadata["Name"].lower() not in INSTALLERS]
    megabytes = sum(map(size_of, brought)) / 1e6
    print(f"{len(brought)} distributions, {megabytes:.0f} MB")
    most_distributions, most_megabytes = map(int, sys.argv[1:])
    sys.exit(len(brought) > most_distributions or megabytes > most_megabytes)


if __name__ == "__main__":
    main()
