from __future__ import annotations

import csv
import json

import pytest
from pyld.nquads import parse_nquads

from credroot.core.errors import InputError
from credroot.credential.rdf.contexts import pinned_contexts
from credroot.credential.rdf.rdfc import canonical_form_of
from tests.credential.standards import official, official_canonicalizer, standards_folder

NOT_POSSIBLE_WITH_PYLD = {
    "test060": "PyLD leaves control characters as they are; documents that hold one are refused before that",
    "test075": "asks for SHA-384 inside the algorithm; PyLD has SHA-256, the only one that credentials use",
}
VECTORS_IN_SUITE = 65
REFUSED_ON_PURPOSE = {"test074"}


def _vectors() -> dict[str, dict[str, str]]:
    with standards_folder().joinpath("vectors/rdfc10/manifest.csv").open(newline="") as file:
        return {row["test"]: row for row in csv.DictReader(file)}


def _canonical(test: str) -> str:
    source = standards_folder() / f"vectors/rdfc10/rdfc10/{test}-in.nq"
    return canonical_form_of(parse_nquads(source.read_text())).nquads.decode()


def test_every_vector_of_rdfc_1_0_that_pyld_can_do_is_reproduced():
    vectors = _vectors()
    assert len(vectors) == VECTORS_IN_SUITE
    possible = set(vectors) - set(NOT_POSSIBLE_WITH_PYLD) - REFUSED_ON_PURPOSE
    expected = {test: standards_folder() / f"vectors/rdfc10/rdfc10/{test}-rdfc10.nq" for test in possible}
    wrong = [test for test in sorted(possible) if _canonical(test) != expected[test].read_text()]
    assert wrong == []
    assert len(possible) == 62


def test_the_two_that_pyld_cannot_do_are_still_these_two():
    for test in NOT_POSSIBLE_WITH_PYLD:
        expected = standards_folder() / f"vectors/rdfc10/rdfc10/{test}-rdfc10.nq"
        assert _canonical(test) != expected.read_text()


def test_the_clique_that_no_implementation_should_finish_is_refused():
    for test in sorted(REFUSED_ON_PURPOSE):
        with pytest.raises(InputError) as refusal:
            _canonical(test)
        assert refusal.value.code == "rdfc.too_complex"


@pytest.mark.parametrize(
    ("document", "canonical"),
    [
        ("vectors/eddsa/unsigned.json", "vectors/eddsa/eddsa-rdfc-2022/canonDocDataInt.txt"),
        ("vectors/eddsa/employmentAuth.json", "vectors/eddsa/eddsa-rdfc-2022/employ/canonDocDataInt.txt"),
        (
            "vectors/eddsa/eddsa-rdfc-2022/proofConfigDataInt.json",
            "vectors/eddsa/eddsa-rdfc-2022/proofCanonDataInt.txt",
        ),
        (
            "vectors/eddsa/Ed25519Signature2020/proofConfigEdSig.json",
            "vectors/eddsa/Ed25519Signature2020/proofCanonEdSig.txt",
        ),
    ],
)
def test_official_documents_have_their_official_canonical_form(document, canonical):
    form = official_canonicalizer().canonical_form(official(document))
    assert form.nquads == standards_folder().joinpath(canonical).read_bytes()


def test_shipped_contexts_say_what_the_official_ones_say():
    paths = official("contexts/context-map.json")
    # Ed25519Signature2020: the published context has more terms than the copy among the vectors.
    compared = set(pinned_contexts().by_url) - {"https://w3id.org/security/suites/ed25519-2020/v1"}
    for url in compared:
        ours = json.loads(pinned_contexts().get(url).data)
        assert ours == official(f"contexts/{paths[url].removeprefix('contexts/')}"), url
    index = {entry["file"]: entry["sha256"] for entry in official("INDEX.json")}
    same_bytes = {url for url in compared if pinned_contexts().get(url).sha256 == index[paths[url]]}
    assert "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json" in same_bytes
