"""One credential in the library: its proof, its canonical bytes, its signature; the facts of the chain are at hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from merkletools import MerkleTools

import credroot
from credroot.core.anchor.proof import decode_proof_value, leaf_of, split_proofs
from credroot.core.json.strict import loads
from credroot.core.text.clock import format_time
from credroot.core.tree.merkle import root_from_proof
from credroot.core.tree.merkletools_format import to_merkletools
from credroot.credential.keys.did import did_key, did_key_method
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import ProofOutcome, ProofSigner, sign, verify_proofs, without_proofs
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.cache import default_shape_cache
from credroot.verifier.identity.keys import resolve_did_key
from tests.benchmarks.measure import Action, Row, credential_files, in_turn
from tests.interop.judges import ask

CREATED = datetime(2026, 7, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SEED = b"TEST KEY, and nothing else at al"
FAST, SLOW = 40, 1
"""How often a round does what takes microseconds, and what takes milliseconds."""
NODE_REPEATS = 100


def rows(workspace: Path, rounds: int) -> list[Row]:
    """Compare with json + rfc8785 + merkletools, with PyLD and with @digitalbazaar/vc."""
    data = credential_files(workspace)[0].read_bytes()
    assert credroot.verify(data, workspace=workspace).verdict is credroot.Verdict.VALID
    return [_proof_check(data, rounds), *_signatures(data, rounds)]


def _proof_check(data: bytes, rounds: int) -> Row:
    document: Any = loads(data)
    _, (anchor,) = split_proofs(document)
    claim = decode_proof_value(str(anchor["proofValue"]))
    options = {name: value for name, value in anchor.items() if name != "proofValue"}
    steps, root = to_merkletools(claim.proof), claim.root.hex()

    def ours() -> None:
        rest, proofs = split_proofs(loads(data))  # type: ignore[arg-type]
        found = decode_proof_value(proofs[0]["proofValue"])  # type: ignore[arg-type]
        assert root_from_proof(leaf_of(proofs[0], rest), found.proof) == found.root

    def peer() -> None:  # is given the path and the root, which ours reads out of the file
        parsed = json.loads(data)
        assert naive_proof_holds({**parsed, "proof": parsed["proof"][:1]}, options, steps, root)

    mine, naive = in_turn([(ours, FAST), (peer, FAST // 2)], rounds)
    return Row(
        "proof check of one credential of 4 kB, from its bytes", mine, naive, "json + rfc8785 + merkletools", "4x"
    )


def naive_proof_holds(document: Any, options: Any, steps: list[dict[str, str]], root: str) -> bool:
    """Check a proof as one would with rfc8785 and merkletools."""
    inner = hashlib.sha256(rfc8785.dumps(options)).digest() + hashlib.sha256(rfc8785.dumps(document)).digest()
    leaf = hashlib.sha256(b"\0" + inner).hexdigest()
    return bool(MerkleTools(hash_type="sha256").validate_proof(steps, leaf, root))


def _signatures(data: bytes, rounds: int) -> list[Row]:
    badge: Any = without_proofs(loads(data))  # type: ignore[arg-type]
    key = SigningKey(SEED)
    badge["issuer"] = {**badge["issuer"], "id": did_key(key.multikey)}
    method = did_key_method(key.multikey)
    cache, pyld = default_shape_cache(), default_canonicalizer()
    cache.learn(badge)
    shared = cache.shared([badge["issuer"], badge["credentialSubject"]["achievement"]])
    shape = partial(cache.canonical_form, shared=shared)
    assert shape(badge) == pyld.canonical_form(badge)
    signed = sign(badge, key, verification_method=method, created=CREATED)
    signer = ProofSigner(key, verification_method=method, created=CREATED, canonicalize=shape)

    def verifying(canonicalize: Any) -> Action:
        def verify() -> None:
            (result,) = verify_proofs(signed, resolve_did_key, now=NOW, canonicalize=canonicalize)
            assert result.outcome is ProofOutcome.VERIFIED

        return verify

    by_pyld = partial(sign, badge, key, verification_method=method, created=CREATED, canonicalize=pyld.canonical_form)
    work: list[tuple[str, str, Callable[[], object], Callable[[], object], str]] = [
        (
            "RDFC canonicalisation while issuing, shape known",
            "canonicalise",
            partial(shape, badge),
            partial(pyld.canonical_form, badge),
            "100x",
        ),
        ("sign eddsa-rdfc-2022 while issuing, shape known", "sign", partial(signer.sign, badge), by_pyld, ""),
        (
            "verify eddsa-rdfc-2022, shape known",
            "verify",
            verifying(cache.canonical_form),
            verifying(pyld.canonical_form),
            "150 us",
        ),
    ]
    node = node_times(badge, did_key(key.multikey))
    found = []
    for what, name, ours, peer, goal in work:
        mine, theirs = in_turn([(ours, FAST), (peer, SLOW)], 2 * rounds)
        found.append(Row(what, mine, theirs, "PyLD" if name == "canonicalise" else "PyLD + PyNaCl", goal))
        found.append(Row(what, mine, node.get(name, NODE_MISSING), "@digitalbazaar/vc, by the clock", ""))
    return found


NODE_MISSING = "not installed"


def node_times(badge: dict[str, Any], controller: str) -> dict[str, float]:
    """Time the same by @digitalbazaar/vc, in seconds of one time; nothing where Node.js lacks it."""
    request = {
        "judge": "digitalbazaar-times",
        "credential": badge,
        "seed": SEED.hex(),
        "controller": controller,
        "repeats": NODE_REPEATS,
        "now": format_time(NOW),
    }
    try:
        (answer,) = ask([request])
    except pytest.skip.Exception:
        return {}
    assert "times" in answer, answer
    return {name: microseconds / 1e6 for name, microseconds in answer["times"].items()}
