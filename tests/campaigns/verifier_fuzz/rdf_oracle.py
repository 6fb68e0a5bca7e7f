"""What still verifies shows and judges exactly what the original did, whichever way it was hashed.

A mutant's own report is held against the original's: verdict, outcome, code, message and details of every check, the
subject's description, and everything that the page shows. Only the check of the file's form may differ, which is about
the JSON as it stands, and an endorsement inside may come out worse, since it has a signature of its own.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyoxigraph

from credroot.app.page.words.shown_content import show
from credroot.core.errors import InputError
from credroot.core.report import Outcome, Report
from credroot.credential.proof.data_integrity import without_proofs
from credroot.credential.rdf.contexts import pinned_contexts
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.cache import ShapeCache
from credroot.verifier.documents import ListCopy
from credroot.verifier.subject import CredentialSubject, read_subject
from credroot.verifier.trust import Policy, Trust
from credroot.verifier.verifier import Verifier
from tests.campaigns.verifier_fuzz.rdf_mutants import Mutant, mutants
from tests.campaigns.verifier_fuzz.rdf_originals import originals, small_originals
from tests.verifier.stage import DEPLOYMENT, KNOWN_BY_NAME, LIST_URL, Registry, Shelf, status_list

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SEEN_TWICE = 3
"""How often a document is canonicalised: a shape is learnt at second sight, and used at third."""


@dataclass
class Figures:
    """What a campaign came to."""

    mutants: int = 0
    verified: int = 0
    unchecked: int = 0
    crashed: int = 0
    """Ended in an exception; the other campaigns hunt those."""
    compared_ways: int = 0
    compared_with_pyoxigraph: int = 0
    steps_that_verified: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Add what another process came to."""
        for name in ("mutants", "verified", "unchecked", "crashed", "compared_ways", "compared_with_pyoxigraph"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.steps_that_verified += other.steps_that_verified
        self.found += other.found

    def lines(self) -> list[str]:
        """Give the figures for people."""
        return [
            f"{self.mutants} mutants: {self.verified} verified, {self.unchecked} could not be checked, "
            f"{self.crashed} crashed",
            f"{self.compared_ways} hashed both ways, {self.compared_with_pyoxigraph} by pyoxigraph as well",
            f"steps whose mutants verified: {dict(self.steps_that_verified.most_common())}",
            f"{len(self.found)} found",
            *self.found[:20],
        ]


class Campaign:
    """Judges mutants of the originals; one process."""

    def __init__(
        self,
        seed: str,
        *,
        share_of_small: float = 0.25,
        share_of_ways: float = 0.05,
        share_of_pyoxigraph: float = 0.01,
    ) -> None:
        self._small = share_of_small
        self._rng = random.Random(seed)
        self._ways, self._pyoxigraph = share_of_ways, share_of_pyoxigraph
        self._verifier = Verifier(
            Trust((DEPLOYMENT,), (KNOWN_BY_NAME,), ()),
            lambda _: Registry(),
            clock=lambda: NOW,
            policy=Policy(),
            documents=Shelf(status_lists={LIST_URL: ListCopy(status_list(valid_from=NOW), None)}),
        )
        self._cache = ShapeCache(default_canonicalizer())
        self._originals, self._smaller = originals(), small_originals()
        both = {**self._originals, **self._smaller}
        self._images = {name: self._image(document) for name, document in both.items()}
        assert all(image["signature"] is Outcome.PASSED for image in self._images.values()), self._images
        self.figures = Figures()

    def run(self, count: int) -> Figures:
        """Judge `count` mutants."""
        both = {**self._originals, **self._smaller}
        makers = {name: mutants(document, self._rng) for name, document in both.items()}
        for _ in range(count):
            name = self._rng.choice(list(self._smaller if self._rng.random() < self._small else self._originals))
            self._judge(name, next(makers[name]))
        return self.figures

    def _judge(self, name: str, mutant: Mutant) -> None:
        self.figures.mutants += 1
        if self._rng.random() < self._ways:
            self._compare_ways(name, mutant)
        try:
            image = self._image(mutant.document)
        except TypeError:
            self.figures.crashed += 1
            return
        if image["signature"] is not Outcome.PASSED:
            self.figures.unchecked += image["signature"] is Outcome.UNKNOWN
            return
        self.figures.verified += 1
        self.figures.steps_that_verified.update(set(mutant.name.split(" + ")))
        difference = _difference(self._images[name], image)
        if difference:
            self._found(name, mutant, f"reads otherwise: {difference}")

    def _image(self, document: Any) -> dict[str, Any]:
        data = json.dumps(document).encode("utf-8", "surrogatepass")
        report = self._verifier.verify(data)
        subject = read_subject(data, Trust((DEPLOYMENT,), (KNOWN_BY_NAME,), ()))
        read = subject.document if isinstance(subject, CredentialSubject) else {}
        return _image(report, show(read, report) if read else None)

    def _compare_ways(self, name: str, mutant: Mutant) -> None:
        document = without_proofs(mutant.document)
        by_pyld = _hashed(default_canonicalizer().canonical_form, document)
        for _ in range(SEEN_TWICE):
            by_shape = _hashed(self._cache.canonical_form, document)
            if by_shape != by_pyld:
                self._found(name, mutant, f"a shape gives {by_shape!r}, PyLD {by_pyld!r}")
        self.figures.compared_ways += 1
        is_chosen = self._rng.random() < self._pyoxigraph / self._ways
        if not isinstance(by_pyld, str) and by_pyld.is_portable and is_chosen and not _loses_members(document):
            lines = _by_pyoxigraph(document)
            self.figures.compared_with_pyoxigraph += 1
            if lines != sorted(by_pyld.nquads.decode().split("\n")[:-1]):
                self._found(name, mutant, f"pyoxigraph gives {lines!r}")

    def _found(self, name: str, mutant: Mutant, what: str) -> None:
        self.figures.found.append(f"{name}: {mutant.name}: {what[:400]}\n  {json.dumps(mutant.document)[:4000]}")


def _image(report: Report, shown: Any) -> dict[str, Any]:
    checks = {check.id: check for check in report.checks}
    told = {
        name: (check.outcome, check.code, check.message, json.dumps(check.details, sort_keys=True))
        for name, check in checks.items()
        if name not in ("schema", "endorsement")
    }
    endorsement = checks["endorsement"].outcome if "endorsement" in checks else None
    signature = checks["signature"].outcome if "signature" in checks else None
    return {
        "signature": signature,
        "verdict": report.verdict,
        "told": told,
        "subject": report.subject,
        "shown": shown,
        "endorsement": endorsement,
    }


def _difference(original: dict[str, Any], image: dict[str, Any]) -> str:
    """Say in what the images differ; an endorsement may have lost what it had."""
    for name in ("verdict", "told", "subject", "shown"):
        if original[name] != image[name]:
            return f"{name}: {original[name]} became {image[name]}"
    if image["endorsement"] is Outcome.PASSED and original["endorsement"] is not Outcome.PASSED:
        return "an endorsement passes that did not"
    if (image["endorsement"] is None) != (original["endorsement"] is None):
        return "an endorsement came or went"
    return ""


def _hashed(canonical: Any, document: Any) -> Any:
    try:
        return canonical(document)
    except InputError as refusal:
        return refusal.code


def _loses_members(document: Any) -> bool:
    """Return whether pyoxigraph drops members, which PyLD and jsonld.js keep.

    It does so inside of a document, where an object has two types with contexts of their own: those of the first are
    gone when the second is applied. Which types have one is not looked up: whatever has two is left out.
    """
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return any(_is_typed_twice(value) or _loses_members(value) for value in inner)


def _is_typed_twice(value: Any) -> bool:
    types = value.get("type") if isinstance(value, dict) else None
    if isinstance(value, list):
        return any(map(_is_typed_twice, value))
    return isinstance(types, list) and len(types) > 1


def _by_pyoxigraph(document: Any) -> list[str]:
    """Canonicalise by another program, which is given the contexts in place of their names."""
    known = pinned_contexts()

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        inner = {name: resolved(member) for name, member in value.items() if name != "@context"}
        if "@context" in value:
            urls = value["@context"] if isinstance(value["@context"], list) else [value["@context"]]
            inner["@context"] = [known.get(url).document()["@context"] for url in urls]
        return inner

    quads = pyoxigraph.parse(json.dumps(resolved(document)).encode(), format=pyoxigraph.RdfFormat.JSON_LD)
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad} ." for quad in dataset)
