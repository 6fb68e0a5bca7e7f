"""``<credroot-verify>`` in a page of another origin, under a strict policy: what the page would say, in few words."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.page.words.catalogue import LANGUAGES, wording
from tests.browser.payloads import LINKS, PICTURES, TEXTS
from tests.browser.reports import BY_CONCLUSION, credential
from tests.browser.steps import as_bytes, violations
from tests.browser.test_hostile import WATCH, infested
from tests.browser.test_verdicts import VERIFIED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOLD = "credroot-verify [role=heading]"
SHOW = """([api, text, lang]) => {
  const old = document.querySelector("credroot-verify");
  const fresh = document.createElement("credroot-verify");
  fresh.setAttribute("api", api);
  fresh.setAttribute("lang", lang);
  fresh.setAttribute("src", URL.createObjectURL(new Blob([text])));
  old.replaceWith(fresh);
}"""


@pytest.fixture
def issuers_page(open_page: Any, site: str, elsewhere: tuple[Path, str]) -> Callable[..., Any]:
    """Open a page of an issuer's own with the component in it."""
    folder, address = elsewhere

    def opened(api: str = site, source: str = "credential.json", language: str = "en", **options: Any) -> Any:
        policy = f"default-src 'none'; script-src {site}; connect-src 'self' blob: {site} {api}; base-uri 'none'"
        (folder / "issuer.html").write_text(
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>University</title>'
            f'<script type="module" src="{site}/credroot-verify.js"></script>'
            f'<main><h1>University</h1><h2>Badge</h2><credroot-verify api="{api}" src="{source}"></credroot-verify>',
            encoding="utf-8",
        )
        return open_page(f"{address}/issuer.html", **options)

    return opened


def put(elsewhere: tuple[Path, str], data: bytes) -> None:
    (elsewhere[0] / "credential.json").write_bytes(data)


def show(page: Any, site: str, data: bytes, language: str = "en") -> str:
    page.evaluate(SHOW, [site, data.decode(), language])
    page.locator(TOLD).wait_for()
    return str(page.locator(TOLD).inner_text())


def lie(body: str, route: Any) -> None:
    route.fulfill(body=body, headers={"access-control-allow-origin": "*", "content-type": "application/json"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_page(issuers_page: Any, elsewhere: tuple[Path, str], language: str) -> None:
    put(elsewhere, as_bytes(credential()))
    page = issuers_page(language=f"{language}-CH")
    page.locator(TOLD).wait_for()
    texts = wording(language).texts
    assert page.locator(TOLD).inner_text() == texts["conclusion.genuine.heading"]
    facts = page.locator("credroot-verify dl").inner_text()
    for part in ("Мария Петрова", "Data Analytics Foundations", "Example University", "polygon (eip155:137)"):
        assert part in facts
    assert page.faults == []


def test_it_says_what_the_page_says_and_shows_only_what_was_verified(
    issuers_page: Any, elsewhere: tuple[Path, str], site: str
) -> None:
    put(elsewhere, as_bytes(credential()))
    page = issuers_page()
    texts = wording("en").texts
    for conclusion in BY_CONCLUSION:
        data = as_bytes(credential(conclusion, local=True))
        assert show(page, site, data) == texts[f"conclusion.{conclusion}.heading"]
        assert page.locator("credroot-verify dl").count() == (conclusion in VERIFIED), conclusion
        assert ("Мария" in page.locator("credroot-verify section").inner_text()) == (conclusion in VERIFIED)
        assert page.locator("credroot-verify .notice").inner_text() == texts["notice.local"]
    assert page.faults == []


def test_a_server_that_is_away_leaves_the_verdict_open(
    issuers_page: Any, elsewhere: tuple[Path, str], site: str
) -> None:
    put(elsewhere, as_bytes(credential()))
    closed = "http://127.0.0.1:9"
    for page in (issuers_page(api=closed), issuers_page(source="absent.json"), issuers_page(api=elsewhere[1])):
        page.locator(TOLD).wait_for()
        assert page.locator(TOLD).inner_text() == "We could not check right now"
        assert page.locator("credroot-verify section").get_attribute("class") == "unsure"
        assert page.locator("credroot-verify dl").count() == 0


def test_a_server_that_lies_in_html_gets_text(issuers_page: Any, elsewhere: tuple[Path, str], site: str) -> None:
    put(elsewhere, as_bytes(credential()))
    page = issuers_page(source="absent.json")
    page.evaluate(WATCH)
    evil = "<img src=x onerror=top.ran=1>"
    for answer in (
        {"tone": "good", "heading": evil, "sentence": evil, "notice": evil, "facts": [{"name": evil, "value": evil}]},
        {"tone": "constructor", "heading": "Genuine", "sentence": "", "facts": []},
        {"tone": "good", "heading": "Genuine", "sentence": "", "facts": "none"},
        {"tone": "good", "heading": "x", "sentence": "", "facts": [], "fragment": "javascript:top.ran=1"},
    ):
        page.unroute_all()
        page.route(f"{site}/v1/page", partial(lie, json.dumps({"format": "credroot/brief/v1", **answer})))
        show(page, site, b"{}")
        assert page.evaluate("top.ran") == 0
        assert page.locator("credroot-verify a").count() == 0
    assert page.evaluate("top.broken") == []


def test_no_hostile_credential_runs_or_asks(issuers_page: Any, elsewhere: tuple[Path, str], site: str) -> None:
    put(elsewhere, as_bytes(credential()))
    page = issuers_page()
    page.locator(TOLD).wait_for()
    page.evaluate(WATCH)
    foreign: list[str] = []
    own = (f"{site}/v1/page", f"blob:{elsewhere[1]}")
    page.on("request", lambda asked: asked.url.startswith(own) or foreign.append(asked.url))
    hostile = [*((text, "") for text in TEXTS), *(("x", link) for link in (*LINKS, *PICTURES))]
    for text, link in hostile[::3]:
        show(page, site, infested(text, link=link, picture=link))
        assert page.evaluate("[top.ran, top.broken.length]") == [0, 0], text
    assert foreign == []
    assert page.faults == []


def test_it_changes_with_its_attributes_and_the_last_word_holds(
    issuers_page: Any, elsewhere: tuple[Path, str], site: str
) -> None:
    put(elsewhere, as_bytes(credential("revoked")))
    (elsewhere[0] / "other.json").write_bytes(as_bytes(credential("changed")))
    page = issuers_page()
    page.get_by_role("heading", name="Genuine, but revoked").wait_for()
    page.evaluate("document.querySelector('credroot-verify').setAttribute('src', 'other.json')")
    page.get_by_role("heading", name="Changed since it was issued").wait_for()
    page.evaluate("document.querySelector('credroot-verify').setAttribute('lang', 'de')")
    page.get_by_role("heading", name="Seit der Ausstellung verändert").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_it(
    issuers_page: Any, elsewhere: tuple[Path, str], site: str, axe: str, scheme: str
) -> None:
    put(elsewhere, as_bytes(credential()))
    page = issuers_page(color_scheme=scheme, bypass_csp=True)
    for conclusion in ("genuine", "changed", "revoked", "unavailable"):
        show(page, site, as_bytes(credential(conclusion, local=True)))
        assert violations(page, axe) == [], conclusion
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
