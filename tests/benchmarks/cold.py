"""A whole process: one verdict about one file, from a cold start."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from credroot.chain.embedded.finder import find_or_start
from credroot.chain.registry.artifact import load
from credroot.core.anchor.proof import decode_proof_value, split_proofs
from credroot.core.json.strict import loads
from tests.benchmarks.measure import Row, credential_files, environment_for, process

WEB3_SCRIPT = """
import json, sys
from web3 import Web3
url, deployment, credential = sys.argv[1:]
web3 = Web3(Web3.HTTPProvider(url))
place = json.load(open(deployment))
abi = json.loads({abi!r})
document = json.load(open(credential))
contract = web3.eth.contract(address=place["address"], abi=abi)
assert web3.eth.chain_id == int(place["chain"].split(":")[1])
batch = contract.functions.batchOf({issuer!r}, {root!r}).call()
status = contract.functions.statusOf({issuer!r}, {root!r}, {index}).call()
assert batch[2] and status == 1
"""


def row(workspace: Path, rounds: int) -> Row:
    """Compare with a script that asks the registry with web3.py, and checks nothing else.

    Each runs once untimed, so that both find their bytecode, and ours the shapes of documents, where they left them.
    """
    credential = credential_files(workspace)[0]
    document = loads(credential.read_bytes())
    assert isinstance(document, dict)
    claim = decode_proof_value(str(split_proofs(document)[1][0]["proofValue"]))
    wanted = {"batchOf", "statusOf"}
    abi = json.dumps([dict(entry) for entry in load("CredentialRegistry").abi if entry.get("name") in wanted])
    script = WEB3_SCRIPT.format(abi=abi, issuer=str(claim.issuer), root=str(claim.root), index=claim.proof.index)
    url = find_or_start(workspace / "chain")
    peer = [sys.executable, "-c", script, url, str(workspace / "deployments" / "local.json"), str(credential)]
    ours = [sys.executable, "-m", "credroot", "verify", "--quiet", str(credential)]
    environment = environment_for(workspace)
    best = [float("inf"), float("inf")]
    for turn in range(rounds + 1):
        for place, command in enumerate((ours, peer)):
            used = process(command, folder=workspace, environment=environment)
            if turn:
                best[place] = min(best[place], used.cpu_s)
    return Row(
        "`credroot verify` of one file, cold process, shape known",
        *best,
        "a script with web3.py that only reads the status",
        "10x",
    )
