"""The registrar's report of a batch: one HTML file to keep or print, which asks nobody anything when it is opened."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from credroot.issuer.outputs.report.style import report_style
from credroot.issuer.outputs.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_KINDS = {"png": "Badges (PNG)", "svg": "Badges (SVG)", "pdf": "PDFs", "eml": "Messages"}


@dataclass(frozen=True, slots=True)
class Line:
    """One learner's row."""

    row: int
    """Of the roster, as a spreadsheet counts."""
    name: str
    email: str
    credential_id: str
    files: tuple[str, ...]
    """Paths below the folder of outputs, with ``/``."""
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
    """What anchoring cost, with its coin."""
    fee_each: str = ""
    """The same, for one credential."""
    page: str = ""
    """The verify page that links lead to."""
    notices: tuple[str, ...] = ()
    """What concerns the batch as a whole, such as a colour that is hard to read, or files that were not made."""


def batch_report(facts: BatchFacts, lines: Sequence[Line], theme: Theme | None = None) -> bytes:
    """Write the report, in English. It holds names and addresses: keep it where the roster is kept."""
    return "\n".join(part for part in _parts(facts, lines, theme or Theme()) if part).encode()


def _parts(facts: BatchFacts, lines: Sequence[Line], theme: Theme) -> Iterator[str]:
    title = f"Batch {escape(facts.batch)}"
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{report_style(theme)}</style></head><body><main>"
    yield f'<header><div><p class="soft">{_bdi(facts.issuer)}</p><h1>{_bdi(facts.skill)}</h1>'
    yield f"<p>{title}</p></div>{_logo(theme)}</header>"
    if facts.is_local:
        yield '<p class="note"><strong>LOCAL CHAIN:</strong> this proves nothing to others.</p>'
    problems = [line for line in lines if line.problem]
    yield _tiles(facts, lines, len(problems))
    yield _notices(facts.notices)
    yield _problems(problems)
    yield "<h2>Anchor and cost</h2>"
    yield _facts(facts)
    yield "<h2>Learners</h2>"
    yield '<div class="card" tabindex="0" role="region" aria-label="Learners"><table><thead><tr>'
    yield "".join(f'<th scope="col">{label}</th>' for label in ("Row", "Name", "E-mail", "Credential", "Files"))
    yield "</tr></thead><tbody>"
    yield from map(_row, lines)
    yield "</tbody></table></div>"
    yield "<footer>It names people: keep it where the roster is kept. Links to files work in the folder it was"
    yield " written to. Nothing is fetched when it is opened.</footer></main></body></html>\n"


def _logo(theme: Theme) -> str:
    if theme.logo is None:
        return ""
    data = base64.b64encode(theme.logo.data).decode()
    return f'<img src="data:{theme.logo.media_type};base64,{data}" alt="{escape(theme.logo.says)}">'


def _tiles(facts: BatchFacts, lines: Sequence[Line], problems: int) -> str:
    made = Counter(name.rpartition(".")[2] for line in lines for name in line.files)
    told = [("Credentials", f"{facts.leaf_count:,}", "")]
    told += [(label, f"{made[kind]:,}", "") for kind, label in _KINDS.items() if made[kind]]
    told.append(("Problems", f"{problems:,}", " bad" if problems else ""))
    tiles = "".join(f'<div class="tile{kind}"><dt>{name}</dt><dd>{value}</dd></div>' for name, value, kind in told)
    return f'<dl class="tiles">{tiles}</dl>'


def _notices(notices: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(notice)}</li>" for notice in notices)
    return f'<div class="note"><ul>{items}</ul></div>' if items else ""


def _facts(facts: BatchFacts) -> str:
    transaction = f"<code>{escape(facts.transaction)}</code>" if facts.transaction else ""
    if transaction and facts.explorer.startswith(("https://", "http://")):
        address = escape(facts.explorer + facts.transaction)
        transaction = f'<a href="{address}" rel="noopener noreferrer">{transaction}</a>'
    page = escape(facts.page)
    told = (
        ("Network", escape("local chain " + facts.chain if facts.is_local else facts.chain)),
        ("Root", f"<code>{escape(facts.root)}</code>"),
        ("Transaction", transaction),
        ("Block", escape(facts.block)),
        ("Gas", escape(facts.gas)),
        ("Fee", escape(facts.fee)),
        ("Fee for each credential", escape(facts.fee_each)),
        ("Verify page", f'<a href="{page}" rel="noopener noreferrer">{page}</a>' if page else ""),
    )
    return (
        '<dl class="facts">' + "".join(f"<dt>{label}</dt><dd>{value}</dd>" for label, value in told if value) + "</dl>"
    )


def _problems(lines: Sequence[Line]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>Row {line.row}, {_bdi(line.name)}: {escape(line.problem)}</li>" for line in lines)
    return f'<h2>Problems</h2><div class="note bad"><ul>{items}</ul></div>'


def _row(line: Line) -> str:
    files = "".join(
        f'<a href="{quote(name)}" aria-label="{_kind(name)} of {escape(line.name)}">{_kind(name)}</a>'
        for name in line.files
    )
    problem = f'<div class="row-problem">{escape(line.problem)}</div>' if line.problem else ""
    return (
        f'<tr><td class="n">{line.row}</td><td>{_bdi(line.name)}{problem}</td><td>{_bdi(line.email)}</td>'
        f"<td><code>{escape(line.credential_id.removeprefix('urn:uuid:'))}</code></td>"
        f'<td><div class="files">{files}</div></td></tr>'
    )


def _kind(name: str) -> str:
    return escape(name.rpartition(".")[2].upper())


def _bdi(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"
