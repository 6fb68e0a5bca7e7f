"""The page itself: one template, filled with one language's words, with or without a result in it."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from credroot.app.page.words.catalogue import LANGUAGES
from credroot.core.text.markup import Markup, element, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.page.words.catalogue import Wording

_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")
_SCRIPT_WORDS = ("page.title", *(f"busy.{name}" for name in (
    "checking", "failed", "too_large", "later", "refused", "nothing", "no_code", "no_camera", "copied", "not_copied"
)))  # fmt: skip
"""What the script says by itself."""


@cache
def _template() -> str:
    return (files("credroot.app.page") / "static" / "index.html").read_text(encoding="utf-8")


def page(
    words: Wording,
    *,
    title: str | None = None,
    result: Markup | None = None,
    notice: str | None = None,
    api: str = "",
    policy: str | None = None,
    address_of: Callable[[str], str] = "?lang={}".format,
) -> str:
    """Write the whole page.

    `api` is the address of the server that checks, empty for the one that serves the page. `policy` is written into the
    page, for servers that send no header of it. `address_of` gives the page's address in another language.
    """
    page_title = words.texts["page.title"]
    values = {
        "lang": words.language,
        "title": f"{title} \u2013 {page_title}" if title else page_title,
        "api": api,
        "action": f"{api or '.'}/check",
        "words": json.dumps({key: words.texts[key] for key in _SCRIPT_WORDS}, ensure_ascii=False),
    }
    markup = {
        "languages": _languages(words.language, address_of),
        "policy": element("meta", http_equiv="Content-Security-Policy", content=policy) if policy else Markup(),
        "result": result or Markup(),
        "notice": element("p", notice, class_="notice") if notice else Markup(),
    }

    def fill(place: re.Match[str]) -> str:
        key = place[1]
        if key in markup:
            return markup[key]
        return escape(values[key] if key in values else words.texts[key])

    return _PLACE.sub(fill, _template())


def _languages(current: str, address_of: Callable[[str], str]) -> Markup:
    return joined(
        *(
            element(
                "li",
                element(
                    "a",
                    name,
                    href=address_of(tag),
                    lang=tag,
                    hreflang=tag,
                    aria_current="true" if tag == current else None,
                ),
            )
            for tag, name in LANGUAGES.items()
        )
    )
