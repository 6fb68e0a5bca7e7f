"""The page as files for any web server, with the address of the server that checks in a setting of each."""

from __future__ import annotations

from importlib.resources import files
from urllib.parse import urlsplit

from credroot.app.page.embedding import MODULE, module
from credroot.app.page.html.document import page
from credroot.app.page.words.catalogue import DEFAULT_LANGUAGE, LANGUAGES, wording
from credroot.core.errors import InputError

STATIC = ("page.css", "page.js", "icon.svg")


def static_site(api: str) -> dict[str, bytes]:
    """Give every file by its name: ``index.html``, one page for each other language, style, scripts.

    `api` is the address of a ``credroot serve`` that these pages may ask. The content policy of each page names it and
    nobody else. A web server should send that policy as a header too, with ``frame-ancestors 'none'``, which a page
    can't say of itself.

    Raises:
        InputError: ``page.api``, no http(s) address without query and fragment.
    """
    parts = urlsplit(api)
    is_plain = api.isascii() and api.isprintable() and not set(api) & set(" ;,'\"")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or not is_plain:
        raise InputError(f"{api!r} is no address of a server, such as https://api.example", code="page.api")
    origin, base = f"{parts.scheme}://{parts.netloc}", api.rstrip("/")
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src {origin}; form-action {origin}; base-uri 'none'"
    )
    made = {MODULE: module()}
    made |= {name: (files("credroot.app.page") / "static" / name).read_bytes() for name in STATIC}
    for language in LANGUAGES:
        text = page(wording(language), api=base, policy=policy, address_of=file_name)
        made[file_name(language)] = text.encode()
    return made


def file_name(language: str) -> str:
    """Name the page of a language."""
    return "index.html" if language == DEFAULT_LANGUAGE else f"index.{language}.html"
