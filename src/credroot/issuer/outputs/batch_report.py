"""The registrar's report of a batch: one HTML file to keep or print, which asks nobody anything when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark}
body{margin:2rem auto;max-width:70rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.6rem 1.5rem}
dt{font-size:.9rem;opacity:.8}dd{margin:0;font-weight:600}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{padding:.4rem .7rem;text-align:left;border-top:1px solid #8886;vertical-align:top}
.note{border:1px dashed;border-radius:.5rem;padding:.6rem .9rem}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One learner's row."""

    row: int
    """Of the roster, as a spreadsheet counts."""
    name: str
    email: str
    credential_id: str
    files: Sequence[str]
    problem: str = ""
    """What could not be made, and why."""


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What there is to say about a batch as a whole."""

    batch: str
    issuer: str
    skill: str
    chain: str
    is_local: bool
    root: str
    leaf_count: int
    transaction: str = ""
    explorer: str = ""
    """A URL that the transaction's hash is put behind, or nothing."""
    block: str = ""
    gas: str = ""
    fee: str = ""


def batch_report(facts: BatchFacts, lines: Iterable[Line]) -> bytes:
    """Write the report, in English. It holds names and addresses: keep it where the roster is kept."""
    rows = list(lines)
    problems = [line for line in rows if line.problem]
    told = [
        ("Skill or achievement", facts.skill),
        ("Issuer", facts.issuer),
        ("Credentials", f"{facts.leaf_count:,}"),
        ("Problems", f"{len(problems):,}"),
        ("Network", "local chain " + facts.chain if facts.is_local else facts.chain),
        ("Root", facts.root),
        ("Transaction", facts.transaction),
        ("Block", facts.block),
        ("Gas", facts.gas),
        ("Fee", facts.fee),
    ]
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Batch {escape(facts.batch)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>Batch {escape(facts.batch)}</h1>",
        '<p class="note">LOCAL CHAIN: this proves nothing to others.</p>' if facts.is_local else "",
        "<dl>",
        *(f"<div><dt>{label}</dt><dd>{_value(label, value, facts)}</dd></div>" for label, value in told if value),
        "</dl>",
        _problems(problems),
        "<h2>Credentials</h2>",
        '<div class="scroll" tabindex="0" role="region" aria-label="Credentials"><table><thead><tr>',
        *(f'<th scope="col">{label}</th>' for label in ("Row", "Name", "E-mail", "Credential", "Files")),
        "</tr></thead><tbody>",
        *(_row(line) for line in rows),
        "</tbody></table></div></main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _value(label: str, value: str, facts: BatchFacts) -> str:
    text = f"<bdi>{escape(value)}</bdi>"
    if label == "Transaction" and facts.explorer.startswith(("https://", "http://")):
        return f'<a href="{escape(facts.explorer + value)}" rel="noopener noreferrer">{text}</a>'
    return text


def _problems(lines: Sequence[Line]) -> str:
    if not lines:
        return ""
    items = "".join(
        f"<li>Row {line.row}, <bdi>{escape(line.name)}</bdi>: {escape(line.problem)}</li>" for line in lines
    )
    return f"<h2>Problems</h2><ul>{items}</ul>"


def _row(line: Line) -> str:
    files = ", ".join(escape(name) for name in line.files)
    cells = (str(line.row), *(f"<bdi>{escape(text)}</bdi>" for text in (line.name, line.email)))
    told = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr>{told}<td><code>{escape(line.credential_id)}</code></td><td>{files}</td></tr>"
