"""From a roster to published credentials, for each of them.

The peer is what cert-issuer (Blockcerts v3) does for each certificate, made of the parts that it is made of: it takes
unsigned files, normalises them with PyLD, hashes, builds the tree with merkletools, writes the proof as CBOR and the
file as JSON. Left out, in its favour: making the unsigned files from a roster, JSON Schema, and its transaction.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import cbor2
from merkletools import MerkleTools

from credroot.core.anchor.proof import split_proofs
from credroot.core.json.strict import loads
from credroot.credential.proof.data_integrity import without_proofs
from credroot.credential.rdf.rdfc import default_canonicalizer
from tests.benchmarks.measure import Row, credential_files, environment_for, in_turn, process

MAX_PEAK_MIB = 300


def rows(workspace: Path, people: int, certificates: int, rounds: int) -> list[Row]:
    """Issue one roster of so many people in one process, its start and its transaction included."""
    roster = workspace / "large.csv"
    lines = [
        f"Person {number} Pérez,large{number}@students.example,2026-06-30,{40 + number % 60},"
        f"https://portfolio.example/{number}\n"
        for number in range(people)
    ]
    roster.write_text("name,email,issued_on,result,evidence\n" + "".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "credroot", "batch", "anchor", "large", "--roster", str(roster)]
    used = process(
        [*command, "--achievement", str(workspace / "data-analytics.json")],
        folder=workspace,
        environment=environment_for(workspace),
    )
    what = f"roster -> signed, anchored, published, each of {people:,}"
    peer = _peer_seconds(workspace, certificates, rounds)
    memory = f"{used.peak_mib:.0f} MiB"
    return [
        Row(what, used.cpu_s / people, peer, "cert-issuer's parts: PyLD, merkletools, cbor2, json", "50x"),
        Row(f"memory at its peak, {people:,} credentials", memory, "", "", f"{MAX_PEAK_MIB} MiB at 1e6"),
    ]


def _peer_seconds(workspace: Path, certificates: int, rounds: int) -> float:
    folder = workspace / "peer"
    folder.mkdir(exist_ok=True)
    unsigned: Any = loads(credential_files(workspace)[0].read_bytes())
    document = without_proofs(split_proofs(unsigned)[0])
    for number in range(certificates):
        text = json.dumps({**document, "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}"})
        (folder / f"{number}.json").write_text(text)
    normalise = default_canonicalizer().canonical_form

    def issue() -> None:
        tree = MerkleTools(hash_type="sha256")
        for number in range(certificates):
            certificate = json.loads((folder / f"{number}.json").read_text())
            tree.add_leaf(hashlib.sha256(normalise(certificate).nquads).hexdigest())
        tree.make_tree()
        root = tree.get_merkle_root()
        for number in range(certificates):
            certificate = json.loads((folder / f"{number}.json").read_text())
            path = [[side, bytes.fromhex(digest)] for step in tree.get_proof(number) for side, digest in step.items()]
            proof = {"path": path, "merkleRoot": root, "targetHash": tree.get_leaf(number), "anchors": ["blink:eth:0x"]}
            certificate["proof"] = {"type": "MerkleProof2019", "proofValue": cbor2.dumps(proof).hex()}
            (folder / f"{number}.signed.json").write_text(json.dumps(certificate))

    (seconds,) = in_turn([(issue, 1)], rounds)
    return seconds / certificates
