"""How the report looks: light and dark by the reader's own setting, from a phone's width to paper."""

STYLE = """
:root{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--ink:#1c2024;--soft:#5b6470;--line:#e2e4e0;--grid:#ebece8;
--good:#1b7a4b;--good-bg:#e5f4ec;--bad:#b3261e;--bad-bg:#fbe9e7;--warn:#8a5a00;--warn-bg:#fdf1d8;--note:#40566f;
--note-bg:#e9eff5;--s0:#2f6db3;--s1:#d9822b;--s2:#3a9a78;--s3:#a2569c;--s4:#c2485a;--s5:#7b8b2f;--s6:#9aa3ad}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e8eaed;--soft:#a3adb8;--line:#31373e;
--grid:#2a2f35;--good:#6ccf9b;--good-bg:#16301f;--bad:#ff9a90;--bad-bg:#3c1a18;--warn:#f0c36a;--warn-bg:#362b12;
--note:#a9c2dc;--note-bg:#1f2a35;--s0:#6ea8e6;--s1:#f0a257;--s2:#62c4a0;--s3:#cf8cc9;--s4:#ee8090;--s5:#b4c25e;
--s6:#7d868f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:1.75rem;line-height:1.2;margin:.2em 0 .3em;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:2.4em 0 .7em;letter-spacing:-.005em}
h3{font-size:1rem;margin:0 0 .15em}
p{margin:.3em 0 .8em}.lead{color:var(--soft);max-width:78ch}
.where{grid-template-columns:max-content 1fr max-content 1fr!important}
.eyebrow{text-transform:uppercase;letter-spacing:.08em;font-size:.76rem;color:var(--soft);margin:0}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em;
overflow-wrap:anywhere}
.local{background:var(--warn-bg);color:var(--warn);border-radius:8px;padding:.5em .9em;font-weight:600;margin:0 0 1.2em}
.verdict{border-radius:12px;padding:18px 22px;margin:1.2em 0;border-left:6px solid}
.verdict strong{display:block;font-size:1.25rem;line-height:1.3}.verdict p{margin:.3em 0 0}
.verdict.good{background:var(--good-bg);border-color:var(--good)}.verdict.good strong{color:var(--good)}
.verdict.bad{background:var(--bad-bg);border-color:var(--bad)}.verdict.bad strong{color:var(--bad)}
.verdict.warn{background:var(--warn-bg);border-color:var(--warn)}.verdict.warn strong{color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:1.4em 0;padding:0}
.tile,figure,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:12px 16px}.tile dt{color:var(--soft);font-size:.84rem}
.tile dd{margin:0;font-size:1.55rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card{padding:4px 18px;overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);padding:.6em 0;font-size:.88rem}
th,td{text-align:left;padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>td,tr:last-child>th{border-bottom:0}
thead th{color:var(--soft);font-weight:600;font-size:.82rem;white-space:nowrap}
tbody th{font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
td.n+td:not(.n),th.n+th:not(.n){padding-left:10px}
.one{white-space:nowrap}
.tag{display:inline-block;border-radius:6px;padding:1px 9px;font-size:.82rem;font-weight:600;white-space:nowrap}
.tag.passed,.tag.ok{background:var(--good-bg);color:var(--good)}
.tag.failed,.tag.error{background:var(--bad-bg);color:var(--bad)}
.tag.unknown,.tag.warning{background:var(--warn-bg);color:var(--warn)}
.tag.skipped,.tag.note{background:var(--note-bg);color:var(--note)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px}
figure{margin:0;padding:16px 18px 10px;min-width:0}
figcaption p{color:var(--soft);font-size:.9rem;margin:0 0 .6em}
svg{display:block;width:100%;height:auto}figure details{overflow-x:auto}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.tick{fill:var(--soft);font-size:13px;font-family:inherit}
.s0{fill:var(--s0);background:var(--s0)}.s1{fill:var(--s1);background:var(--s1)}
.s2{fill:var(--s2);background:var(--s2)}.s3{fill:var(--s3);background:var(--s3)}
.s4{fill:var(--s4);background:var(--s4)}.s5{fill:var(--s5);background:var(--s5)}
.s6{fill:var(--s6);background:var(--s6)}
.withdrawn{fill:var(--s4);background:var(--s4)}.halted{fill:var(--s1);background:var(--s1)}
.restored{fill:var(--s2);background:var(--s2)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:.5em 0 .3em;padding:0;font-size:.86rem}
.legend i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
details{margin:.5em 0}summary{cursor:pointer;color:var(--soft);font-size:.88rem;padding:4px 0}
summary:focus-visible{outline:2px solid var(--s0);outline-offset:2px}
.finding{border-bottom:1px solid var(--line);padding:14px 0}.finding:last-child{border-bottom:0}
.finding header{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline}
.finding ul{margin:.4em 0 .1em;padding-left:1.15em;font-size:.93rem;overflow-wrap:anywhere}
.finding .why{color:var(--soft);font-size:.9rem;margin:.15em 0 0}
.id{color:var(--soft);font-size:.76rem;display:inline-block}
.checks{list-style:none;margin:0;padding:2px 18px}
.checks li{display:grid;grid-template-columns:88px minmax(180px,260px) 1fr;gap:4px 14px;align-items:baseline;
padding:11px 0;border-bottom:1px solid var(--line)}.checks li:last-child{border-bottom:0}
.checks p{margin:0}.checks .tag{justify-self:start}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:.9em 0;font-size:.93rem}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
footer{color:var(--soft);font-size:.86rem;margin-top:3em;border-top:1px solid var(--line);padding-top:1em}
@media(max-width:760px){.checks li{grid-template-columns:88px 1fr}.checks p{grid-column:1/-1}}
@media(max-width:600px){main{padding:18px 14px 40px}h1{font-size:1.4rem}.tick{font-size:18px}.card{padding:2px 14px}
.tiles{grid-template-columns:repeat(2,1fr);gap:10px}.tile dd{font-size:1.3rem}
.tile:last-child:nth-child(odd){grid-column:1/-1}
dl.facts,dl.where{grid-template-columns:1fr!important;gap:0}dl.facts dd{margin-bottom:.6em}figure{padding:14px 12px 8px}
table.stack thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
table.stack,table.stack tbody{display:block}
table.stack tr{display:grid;grid-template-columns:1fr 1fr;grid-auto-flow:dense;column-gap:22px;
border-bottom:1px solid var(--line);padding:8px 0}
table.stack caption{display:block}table.stack td:not(.n,.t){grid-column:1/-1}
table.stack tr:last-child{border-bottom:0}
table.stack td,table.stack th{display:flex;justify-content:space-between;gap:14px;border:0;padding:2px 0!important;
text-align:right;overflow-wrap:anywhere}
table.stack td::before,table.stack th[data-l]::before{content:attr(data-l);color:var(--soft);font-weight:400;
text-align:left;flex:none}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--grid:#ddd}
body{font-size:10.5pt}main{max-width:none;padding:0}figure svg,.tile,li,tr{break-inside:avoid}
.plots{grid-template-columns:1fr}figure svg{max-width:12.5cm}thead th{white-space:normal}
.finding{break-inside:auto}.finding header,.finding .why,figcaption{break-after:avoid}
details>summary{display:none}details::details-content{content-visibility:visible;display:block}h2{break-after:avoid}
.tag,.verdict,rect,.legend i{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
