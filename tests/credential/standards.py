"""The official material of the standards, where the environment says that it is there."""

from __future__ import annotations

import json
import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from credroot.credential.rdf.contexts import ContextRegistry, PinnedContext, pinned_contexts
from credroot.credential.rdf.dataset import DatasetReader
from credroot.credential.rdf.rdfc import Canonicalizer

EXTRA_CONTEXTS = ("https://www.w3.org/ns/credentials/examples/v2", "https://w3id.org/citizenship/v4rc1")
"""Contexts that only official vectors name; they are in no package and not shipped."""


def standards_folder() -> Path:
    """Give the folder, or skip the test that asks."""
    folder = os.environ.get("CREDROOT_STANDARDS")
    if not folder:
        pytest.skip("CREDROOT_STANDARDS names no folder of official vectors")
    return Path(folder)


def official(path: str) -> Any:
    """Read one JSON file of the folder."""
    return json.loads(standards_folder().joinpath(path).read_bytes())


@cache
def contexts_with_examples() -> ContextRegistry:
    """Give the shipped contexts and those of `EXTRA_CONTEXTS`."""
    folder = standards_folder()
    paths = json.loads(folder.joinpath("contexts/context-map.json").read_bytes())
    data = {url: folder.joinpath(paths[url]).read_bytes() for url in EXTRA_CONTEXTS}
    return pinned_contexts().with_contexts(
        *(PinnedContext(url, sha256(text).hexdigest(), text) for url, text in data.items())
    )


@cache
def official_canonicalizer() -> Canonicalizer:
    """Give a canonicaliser that knows the contexts of the official vectors."""
    return Canonicalizer(DatasetReader(contexts_with_examples()))
