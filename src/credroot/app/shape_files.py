"""A canonicaliser that keeps the shapes of documents in the workspace, and what those shapes depend on."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.core.json_types import JsonObject
    from credroot.credential.canonical_form import CanonicalForm

_OURS = (
    "rdf_coverage.py",
    "rdf_dataset.py",
    "rdf_guard.py",
    "rdf_iri.py",
    "rdf_words.py",
    "rdfc.py",
    "rdfc_compile.py",
    "rdfc_skeleton.py",
    "pyld_offline.py",
)
_PYLD = ("__about__.py", "jsonld.py", "canon.py", "nquads.py", "context_resolver.py")


def remembering(folder: Path) -> Callable[[JsonObject], CanonicalForm]:
    """Give a canonicaliser that keeps shapes in `folder`; what that takes is imported when it is first used."""
    found: list[Callable[[JsonObject], CanonicalForm]] = []

    def canonical_form(document: JsonObject) -> CanonicalForm:
        if not found:
            from credroot.credential.shape_memory import RememberingCanonicalizer
            from credroot.store.shape_store import ShapeStore

            found.append(RememberingCanonicalizer(ShapeStore(folder), fingerprint=fingerprint()).canonical_form)
        return found[0](document)

    return canonical_form


def fingerprint() -> bytes:
    """Name what canonical bytes depend on, in under a millisecond.

    The contexts by the manifest that pins them, and the code, ours and PyLD's, by the version, sizes and dates of the
    files that are installed: to import it only to ask its version would take longer than a verdict.
    """
    import importlib.machinery

    import credroot.credential

    package = Path(credroot.credential.__file__).parent
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
