"""The vectors of core: one JSON file for each way of being right or wrong, found by the name of their folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "vectors"
STANDARDS = os.environ.get("CREDROOT_STANDARDS")

needs_standards = pytest.mark.skipif(
    STANDARDS is None, reason="CREDROOT_STANDARDS names no folder of published vectors"
)


def vectors(kind: str) -> list[Any]:
    """Give a parameter for every file of one kind, named as the file."""
    paths = sorted((FOLDER / kind).glob("*.json"))
    assert paths, f"no vectors in {kind}"
    return [pytest.param(json.loads(path.read_text("utf-8")), id=path.stem) for path in paths]


def published(relative: str) -> Path:
    """Give a file of the folder of published vectors."""
    assert STANDARDS is not None
    return Path(STANDARDS) / relative
