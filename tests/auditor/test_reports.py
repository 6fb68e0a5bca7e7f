"""Checkpoints, differences, exports and the page for people: each refuses what it does not know."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credroot.auditor.findings import Finding
from credroot.auditor.index.exports import COLUMNS, csv_lines, event_json, jsonl_lines, write_parquet
from credroot.auditor.report.checkpoint import Checkpoint
from credroot.auditor.report.difference import compare, read_report
from credroot.auditor.report.html.page import html_report
from credroot.auditor.report.html.series import MAX_BARS, over_time
from credroot.auditor.report.report import AuditReport
from credroot.chain.registry.deployment import Deployment
from credroot.chain.writing.keystore import signer_from_key
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.values import Address, ChainId, Digest
from credroot.store.event_index import Position
from tests.auditor.scribe import ME, Scribe

DEPLOYMENT = Deployment(
    "test", ChainId(5), Address(b"\x05" * 20), Digest(b"\x06" * 32), 1, Digest(bytes(32)), Address(b"\x07" * 20)
)
KEYS = [bytes([number]) * 32 for number in (1, 2)]
"""TEST KEYS of two auditors."""


def report(scribe: Scribe, *findings: Finding, **changes: Any) -> AuditReport:
    made = AuditReport(
        deployment=DEPLOYMENT,
        position=Position(len(scribe.events), b"\x09" * 32),
        block_time=scribe.time,
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        finality="1 confirmation",
        ledger=scribe.ledger,
        checks=(Check("state", Outcome.PASSED, "state.equal", "equal"),),
        findings=findings,
    )
    return replace(made, **changes)


def checkpoint() -> Checkpoint:
    return report(Scribe().anchored()).checkpoint()


def test_auditors_co_sign_a_checkpoint_and_each_is_known_by_the_signature() -> None:
    signers = [signer_from_key(key) for key in KEYS]
    signed = checkpoint().signed_by(signers[0]).signed_by(signers[1]).signed_by(signers[0])
    assert signed.signers() == tuple(signer.address for signer in signers)
    assert Checkpoint.from_bytes(signed.to_bytes(), source="x") == signed
    assert signed.agrees_with(checkpoint())


@pytest.mark.parametrize("member", ["block", "events", "batches", "chain", "registry", "blockHash", "ledger"])
def test_a_signature_holds_for_one_checkpoint_only(member: str) -> None:
    wire: Any = checkpoint().signed_by(signer_from_key(KEYS[0])).to_json()
    value = wire[member]
    others = {"chain": "eip155:6", "registry": str(Address(b"\x08" * 20))}
    wire[member] = value + 1 if isinstance(value, int) else others.get(member, str(Digest(b"\x01" * 32)))
    with pytest.raises(InputError) as caught:
        Checkpoint.from_bytes(json.dumps(wire).encode(), source="x")
    assert caught.value.code == "checkpoint.signature"


def test_a_signature_has_one_spelling() -> None:
    signed = checkpoint().signed_by(signer_from_key(KEYS[0]))
    [signature] = signed.signatures
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    twin = signature[:32] + high + bytes((55 - signature[64],))
    for wrong in (twin, signature[:64], signature + b"\0", signature[:64] + b"\x00"):
        with pytest.raises(InputError):
            replace(signed, signatures=(wrong,)).signers()
    with pytest.raises(InputError):
        replace(signed, signatures=(signature, signature)).signers()


def test_a_later_report_shows_what_was_added_and_what_changed() -> None:
    earlier = report(Scribe().anchored())
    later = report(Scribe().anchored().status(3, 1).anchored(b"\xcc" * 32, 2), Finding("A505", "x", {"a": 1}))
    found = compare(json.loads(json.dumps(earlier.to_json())), json.loads(json.dumps(later.to_json())))
    assert (len(found.added), len(found.changed), len(found.gone), len(found.rewritten)) == (1, 1, 0, 0)
    assert [item["rule"] for item in found.new_findings] == ["A505"]
    assert not found.is_suspicious


def test_a_past_that_was_rewritten_is_suspicious() -> None:
    before, after = report(Scribe().anchored()), report(Scribe().anchored(count=301))
    assert compare(before.to_json(), after.to_json()).rewritten
    gone = compare(report(Scribe().anchored().anchored(b"\xcc" * 32, 2)).to_json(), before.to_json())
    assert (len(gone.gone), gone.is_suspicious) == (1, True)


def test_reports_of_different_registries_are_not_compared() -> None:
    other = report(Scribe().anchored(), deployment=replace(DEPLOYMENT, chain_id=ChainId(6)))
    with pytest.raises(InputError) as caught:
        compare(report(Scribe().anchored()).to_json(), other.to_json())
    assert caught.value.code == "audit.other_registry"
    with pytest.raises(InputError):
        read_report(b'{"format": "credroot/audit/v2"}', source="x")


def test_exports_hold_every_argument_and_no_cell_is_a_formula() -> None:
    scribe = Scribe().anchored().write("ProfileSet", ME, ME, digest=bytes(32), uri='=HYPERLINK("http://evil.example")')
    rows = list(csv.DictReader(csv_lines(scribe.events)))
    assert (rows[0]["leafCount"], rows[1]["uri"][:2]) == ("300", "'=")
    for event, line in zip(scribe.events, jsonl_lines(scribe.events), strict=True):
        assert json.loads(line) == event_json(event)
        assert set(event_json(event)["arguments"]) <= set(COLUMNS)  # type: ignore[arg-type]


@pytest.mark.parametrize("uri", ["\ufeff=1+1", "\u202e=1+1", "＝1+1", "\t=1+1", "\r=1+1", "\ufeffhttps://a.example"])
def test_an_address_on_the_chain_that_hides_a_formula_is_a_text_in_the_table(uri: str) -> None:
    scribe = Scribe().write("ProfileSet", ME, ME, digest=bytes(32), uri=uri)
    assert next(csv.DictReader(csv_lines(scribe.events)))["uri"].startswith("'")


def test_a_parquet_file_holds_the_table_and_is_read_back_by_its_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow, which requirements.lock has")
    uri = '=HYPERLINK("http://evil.example")'
    scribe = Scribe().anchored().status(3, 2**255).write("ProfileSet", ME, ME, digest=bytes(32), uri=uri)
    path = tmp_path / "events.parquet"
    assert write_parquet(scribe.events, path) == 3
    table = parquet.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert {str(table.schema.field(name).type) for name in ("block", "logIndex", "leafCount")} == {"uint64"}
    rows = table.to_pylist()
    assert (rows[0]["block"], rows[0]["leafCount"], rows[0]["uri"]) == (1, 300, None)
    # A status word has 256 bits, which no number type of the format holds; and nobody runs a cell of it.
    assert (rows[1]["mask"], rows[2]["uri"]) == (str(2**255), uri)
    assert rows[0]["time"] == datetime.fromtimestamp(scribe.events[0].timestamp, UTC)


def test_parquet_without_its_extra_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError) as caught:
        write_parquet(Scribe().anchored().events, tmp_path / "events.parquet")
    assert caught.value.code == "audit.parquet"
    assert "credroot[parquet]" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_a_stranger_wrote_becomes_markup() -> None:
    evil = "<script>alert(1)</script>\"'&"
    scribe = (
        Scribe().anchored().write("Accredited", ME, ME, bytes(32), key=ME, validFrom=1, validUntil=2**40 - 1, uri=evil)
    )
    finding = Finding("R401", evil, {"x": evil}, note=evil)
    page = html_report(report(scribe, finding, names={ME: evil}, coin=evil))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_an_empty_registry_has_a_report_too() -> None:
    page = html_report(report(Scribe()))
    assert "None so far." in page
    assert "Complete, and in order" in page


@pytest.mark.parametrize("days", [1, 30, 200, 900, 9_000])
def test_a_plot_has_few_bars_and_loses_nothing(days: int) -> None:
    points = [
        (1_700_000_000 + day * 86_400, f"issuer {day % 9}", day + 1) for day in range(0, days, max(1, days // 50))
    ]
    series = over_time(points)
    assert len(series.labels) <= MAX_BARS + 1
    assert sum(series.totals) == sum(value for _, _, value in points)
