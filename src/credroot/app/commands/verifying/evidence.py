"""``credroot evidence``: save what the chain says about files, with its proof, to be judged again without it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from credroot.app.exit_codes import Exit
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.app.workspace.connections import Connections
from credroot.core.errors import InputError

OUTPUT_FORMAT = "credroot/evidence-saved/v1"
MAX_FILE_BYTES = 20 * 2**20


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write into; beside each file where none is given.",
)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Prove it as of the block of an auditor's checkpoint; who trusts the auditor needs no other source for it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.pass_obj
def evidence(
    workspace: Path | None, files: tuple[Path, ...], out: Path | None, checkpoint: Path | None, as_json: bool
) -> int:
    """Save what the chain holds about credentials and receipts, with its proof, for `credroot verify --offline`.

    For badge.json it writes badge.evidence.json: a block header, and the hashes that lead from it to the batch, its
    status bits, its key and the issuer's profile. A receipt takes its proof inside. Whoever judges it later needs no
    endpoint and no issuer, only the hash of that block from a source that they trust.
    """
    from datetime import UTC, datetime

    from credroot.app.verifying.saved_evidence import save_evidence
    from credroot.app.verifying.verifier import documents_of

    settings = load_settings(workspace)
    documents = documents_of(settings, lambda: datetime.now(UTC))
    block = None
    if checkpoint is not None:
        from credroot.app.workspace.checkpointed_blocks import read_checkpoint
        from credroot.chain.reading.agreeing_reader import BlockPin

        given = read_checkpoint(checkpoint)
        block = BlockPin(given.block, given.block_hash)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    saved = []
    with Connections(settings) as connections:
        for file in files:
            with file.open("rb") as stream:
                data = stream.read(MAX_FILE_BYTES + 1)
            if len(data) > MAX_FILE_BYTES:
                raise InputError(f"{file}: larger than {MAX_FILE_BYTES} bytes", code="file.too_large")
            saved.append(save_evidence(settings, connections, documents, file, out or file.parent, data, block=block))
            if not as_json:
                say(f"{saved[-1].path}  block {saved[-1].head.number} of {saved[-1].head.chain_id.caip2}")
                say(f"  {saved[-1].head.hash}")
    if as_json:
        entries = [
            {
                "file": str(one.path),
                "chain": one.head.chain_id.caip2,
                "block": one.head.number,
                "blockTime": one.head.timestamp,
                "blockHash": str(one.head.hash),
            }
            for one in saved
        ]
        click.echo(json.dumps({"format": OUTPUT_FORMAT, "saved": entries}))
    return Exit.OK
