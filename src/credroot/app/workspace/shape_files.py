"""A canonicaliser that keeps the shapes of documents in the workspace, and what those shapes depend on."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.core.json.types import JsonObject
    from credroot.credential.rdf.canonical_form import CanonicalForm
    from credroot.credential.rdf.shapes.memory import RememberingCanonicalizer

_OURS = (
    "coverage.py",
    "dataset.py",
    "guard.py",
    "iri.py",
    "words.py",
    "rdfc.py",
    "shapes/compiler.py",
    "shapes/skeleton.py",
    "pyld_offline.py",
)
_PYLD = ("__about__.py", "jsonld.py", "canon.py", "nquads.py", "context_resolver.py")


class RememberingFolder:
    """A canonicaliser that keeps shapes in a folder; what that takes is imported when it is first used."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self._folder = folder
        self._found: RememberingCanonicalizer | None = None

    def __call__(self, document: JsonObject) -> CanonicalForm:
        """Give the canonical form, whatever it takes."""
        return self.in_steps(document, lambda _steps: None)

    def in_steps(self, document: JsonObject, steps: Callable[[int], None]) -> CanonicalForm:
        """Give the canonical form; `steps` is told as by `Canonicalizer.canonical_form`."""
        if self._found is None:
            from credroot.credential.rdf.shapes.memory import RememberingCanonicalizer
            from credroot.store.shape_store import ShapeStore

            self._found = RememberingCanonicalizer(ShapeStore(self._folder), fingerprint=fingerprint())
        return self._found.canonical_form(document, steps=steps)


def fingerprint() -> bytes:
    """Name what canonical bytes depend on, in under a millisecond.

    The contexts by the manifest that pins them, and the code, ours and PyLD's, by the version, sizes and dates of the
    files that are installed: to import it only to ask its version would take longer than a verdict.
    """
    import importlib.machinery

    import credroot.credential.rdf

    package = Path(credroot.credential.rdf.__file__).parent
    manifest = sha256((package / "context_files" / "manifest.json").read_bytes()).hexdigest()
    found = importlib.machinery.PathFinder.find_spec("pyld")
    places = () if found is None else (found.submodule_search_locations or ())
    about = [sha256(path.read_bytes()).hexdigest() for path in (Path(place) / _PYLD[0] for place in places)]
    stamps = [*_stamps(package, _OURS), *(stamp for place in places for stamp in _stamps(Path(place), _PYLD))]
    return repr((manifest, about, stamps)).encode()


def _stamps(folder: Path, names: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
    for name in names:
        path = folder / name
        if path.exists():
            facts = path.stat()
            yield name, facts.st_size, facts.st_mtime_ns
