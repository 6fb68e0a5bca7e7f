"""How the report of a batch looks: light and dark by the reader's own setting, from a phone's width to paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.credential.picture.colour import Colour, shade_until_readable

if TYPE_CHECKING:
    from credroot.issuer.outputs.theme import Theme

_DARK_CARD = Colour(0x1C, 0x20, 0x24)
_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%;border-top:6px solid var(--own)}
main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}
header{display:flex;gap:20px;align-items:center;justify-content:space-between;flex-wrap:wrap}
header img{max-width:200px;max-height:64px}
h1{font-size:1.75rem;line-height:1.2;margin:.1em 0 .2em;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2em 0 .7em}
p{margin:.3em 0 .8em}.soft{color:var(--soft)}
a{color:var(--own-text);text-underline-offset:2px}a:focus-visible,.card:focus-visible{outline:3px solid var(--own-text);
outline-offset:2px}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em;
overflow-wrap:anywhere}
.note{border-radius:8px;padding:.6em .9em;margin:1em 0;background:var(--warn-bg);color:var(--warn)}
.note.bad{background:var(--bad-bg);color:var(--bad)}.note ul{margin:.3em 0;padding-left:1.2em}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:1.4em 0;padding:0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:12px 16px}.tile dt{color:var(--soft);font-size:.84rem}
.tile dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.tile.bad dd{color:var(--bad)}
.card{padding:4px 18px;overflow-x:auto}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:.9em 0;font-size:.95rem}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>td{border-bottom:0}
thead th{color:var(--soft);font-weight:600;font-size:.82rem;white-space:nowrap}
td.n{font-variant-numeric:tabular-nums}.files{display:flex;flex-wrap:wrap;gap:2px 12px}
.row-problem{color:var(--bad)}
footer{color:var(--soft);font-size:.86rem;margin-top:3em;border-top:1px solid var(--line);padding-top:1em}
@media(max-width:640px){main{padding:18px 14px 40px}h1{font-size:1.4rem}.card{padding:2px 14px}
.tiles{grid-template-columns:repeat(2,1fr);gap:10px}.tile dd{font-size:1.25rem}
dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.6em}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
tr{display:block;border-bottom:1px solid var(--line);padding:9px 0}tr:last-child{border-bottom:0}
td{display:block;border:0;padding:1px 0;overflow-wrap:anywhere}td.n::before{content:"Row ";color:var(--soft)}}
@page{margin:14mm}
@media print{body{background:#fff;font-size:10pt;border-top:0}main{max-width:none;padding:0}
.card,.tile{border-color:#bbb}
.card{overflow:visible;padding:0 8px}tr,.tile{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}}
"""


def report_style(theme: Theme) -> str:
    """Give the style sheet in the issuer's colour, in a shade that can be read on either ground."""
    own_dark = shade_until_readable(theme.colour, _DARK_CARD).css
    light = (
        f":root{{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--ink:#1c2024;--soft:#5b6470;--line:#e2e4e0;"
        f"--bad:#b3261e;--bad-bg:#fbe9e7;--warn:#7a4f00;--warn-bg:#fdf1d8;--own:{theme.colour.css};"
        f"--own-text:{theme.ink.css}}}"
    )
    dark = (
        "@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e8eaed;--soft:#a3adb8;"
        "--line:#31373e;--bad:#ff9a90;--bad-bg:#3c1a18;--warn:#f0c36a;--warn-bg:#362b12;"
        f"--own-text:{own_dark}}}}}"
    )
    return f"{light}\n{dark}{_STYLE}"
