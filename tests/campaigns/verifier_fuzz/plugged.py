"""Mutators of JSON-LD from `rdf_mutants`, where there are any: ``mutants(document, rng)``."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tests.campaigns.verifier_fuzz.signing import Document

NAME = "tests.campaigns.verifier_fuzz.rdf_mutants"


def _found() -> Callable[[Document, random.Random], Iterable[Any]] | None:
    if find_spec(NAME) is None:
        return None
    maker: Callable[[Document, random.Random], Iterable[Any]] = import_module(NAME).mutants
    return maker


_mutants = _found()


def mutant(document: Document, rng: random.Random) -> tuple[str, Any] | None:
    """Give a name and a changed document; `None` where no such mutators are at hand."""
    if _mutants is None:
        return None
    name, changed = next(iter(_mutants(document, rng)))
    return name, changed
