"""What every process of the heavy lane needs, loaded once: the process that they are forked from imports this."""

from __future__ import annotations

import gc
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

import credroot.app.page
import credroot.credential
import credroot.verifier
from credroot.app.lane import worker as _worker  # noqa: F401
from credroot.app.page.words.catalogue import LANGUAGES, wording
from credroot.core.errors import CredrootError
from credroot.credential.rdf.shapes.cache import default_shape_cache

_PROGRAMS = frozenset({"credroot.app.page.code_reading"})
"""Modules for other processes."""


def _load() -> None:
    for package in (credroot.app.page, credroot.credential, credroot.verifier):
        for module in walk_packages(package.__path__, package.__name__ + "."):
            if module.name not in _PROGRAMS:
                import_module(module.name)
    for language in LANGUAGES:
        wording(language)
    default_shape_cache()


with suppress(CredrootError):  # a worker meets it again, and says so
    _load()
gc.collect()
gc.freeze()
