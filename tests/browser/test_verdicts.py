"""Every verdict, in every language: what is said, what is shown, what is not."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.resources import files
from typing import Any

import pytest

from tests.browser.reports import BY_CONCLUSION, credential
from tests.browser.steps import as_bytes, choose, heading, violations

LANGUAGES = ("en", "es", "fr", "de")
HIDDEN = {"changed", "damaged", "not_anchored", "bad_signature", "forged", "distrusted", "unreadable", "no_anchor"} | {
    "other_file"
}
VERIFIED = {"genuine", "revoked", "suspended", "expired", "not_yet", "not_valid"}


def texts(language: str) -> dict[str, str]:
    source = files("credroot.app.page") / "locales" / f"{language}.json"
    loaded: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_has_its_heading_in_every_language(open_page: Any, site: str, language: str) -> None:
    page = open_page(f"{site}/?lang={language}")
    words = texts(language)
    for conclusion in BY_CONCLUSION:
        choose(page, ("a.json", as_bytes(credential(conclusion))))
        assert heading(page) == words[f"conclusion.{conclusion}.heading"], conclusion
        assert page.title().startswith(words[f"conclusion.{conclusion}.heading"])
        assert "{" not in page.locator("#result").inner_text().split(words["section.checks"])[0]
        assert page.evaluate("document.activeElement.id") == "verdict"
        assert page.locator("#result [role=status]").count() == 1
        assert page.locator(".checks > li").count() == 9
    assert page.faults == []


def test_only_what_was_verified_is_shown_as_verified(open_page: Any, site: str) -> None:
    page = open_page(site)
    for conclusion in BY_CONCLUSION:
        choose(page, ("a.json", as_bytes(credential(conclusion))))
        shown, claimed = page.locator(".content:not(.claims)").count(), page.locator(".content.claims").count()
        expected = (1, 0) if conclusion in VERIFIED else (0, 0) if conclusion in HIDDEN else (0, 1)
        assert (shown, claimed) == expected, conclusion
        pictures = page.locator("#result img").count()
        assert pictures == (1 if conclusion in VERIFIED else 0), conclusion
        if conclusion in HIDDEN:
            text = page.locator("#result").text_content()
            assert "Мария" not in text, conclusion
            assert "Claimed" not in text, conclusion


def test_everything_that_was_verified_is_shown(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential())))
    text = page.locator(".content").inner_text()
    for part in (
        "Мария Петрова",
        "Data Analytics Foundations",
        "Example University",
        "according to the register of universities",
        "Micro Credential",
        "1 January 2026",
        "31 December 2027",
        "Final score 93 / 100",
        "Passed an examination.",
        "Portfolio",
        "https://portfolio.example/1",
        "O*NET-SOC 15-2051.00",
        "https://www.onetonline.org/link/summary/15-2051.00",
        "data, statistics",
    ):
        assert part in text, part
    record = page.locator(".record").inner_text()
    assert "31 January 2026, 12:00 UTC" in record
    assert "credential 7 of 1,200" in record
    block = page.locator(".record a").last
    assert block.get_attribute("href") == "https://polygonscan.com/block/64211909"


def test_links_say_where_they_lead_and_tell_nobody(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential())))
    for link in page.locator(".content a, .record a").all():
        assert link.get_attribute("rel") == "noopener noreferrer nofollow external"
        assert link.get_attribute("href").startswith("https://")
    for link in page.locator(".content a").all():
        assert link.inner_text() == link.get_attribute("href")


def test_the_local_chain_is_named_beside_any_verdict(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential(local=True))))
    assert page.locator(".verdict .banner").is_visible()
    choose(page, ("a.json", as_bytes(credential())))
    assert page.locator(".banner").count() == 0


def test_an_unknown_issuer_is_neither_red_nor_green(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential("unknown_issuer"))))
    assert page.locator(".verdict").get_attribute("class") == "verdict unsure"
    assert "It calls itself Example University. Nobody confirms that." in page.locator(".content").inner_text()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "issued it and revoked it for good on 3 November 2026: issued in error. It no longer counts."),
        ("es", "que la revocó definitivamente el 3 de noviembre de 2026: emitida por error. Ya no es válida."),
        ("fr", "révoquée définitivement le 3 novembre 2026\u00a0: émise par erreur. Elle n’est plus valable."),
        ("de", "am 3. November 2026 endgültig widerrufen: irrtümlich ausgestellt. Er gilt nicht mehr."),
    ],
)
def test_the_day_and_the_reason_of_a_revocation_are_said(
    open_page: Any, site: str, language: str, sentence: str
) -> None:
    page = open_page(f"{site}/?lang={language}")
    choose(page, ("a.json", as_bytes(credential("revoked"))))
    assert sentence in page.locator(".sentence").text_content()
    words = texts(language)
    assert words["reason.1"] in page.locator("[data-code='status.revoked'] .answer").text_content()
    choose(page, ("a.json", as_bytes(credential("suspended"))))
    told = words["conclusion.suspended.sentence"].replace("{issuer}", "Example University")
    assert page.locator(".sentence").text_content().strip() == told


def test_nobody_vouches_for_what_could_not_be_checked(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential("unavailable"))))
    assert "according to" not in page.locator(".claims").inner_text()


def test_many_files_become_one_table_that_sorts_and_exports(open_page: Any, site: str, axe: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for number, conclusion in enumerate(BY_CONCLUSION):
            zipped.writestr(f"{number:02d}-{conclusion}.json", as_bytes(credential(conclusion)))
    page = open_page(site)
    choose(page, ("applicants.zip", archive.getvalue()), ("=1+1.json", as_bytes(credential())))
    assert heading(page) == f"{len(BY_CONCLUSION) + 1} files checked"
    rows = page.locator("tbody tr")
    assert rows.count() == len(BY_CONCLUSION) + 1
    changed = page.locator("tbody tr", has_text="changed.json")
    assert "not shown" in changed.inner_text()
    assert "Example University" not in changed.inner_text()
    page.get_by_role("button", name="Verdict").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Verdict")
    tones = page.locator("tbody .mark").evaluate_all("marks => marks.map(m => m.className)")
    assert tones == sorted(tones, key=["mark bad", "mark withdrawn", "mark unsure", "mark good"].index)
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    table = started.value.path().read_text(encoding="utf-8-sig")
    assert table.splitlines()[0].startswith("file,verdict,code,skill,holder,issuer")
    assert "'=1+1.json,valid" in table
    assert violations(page, axe) == []
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_state(open_page: Any, site: str, axe: str, scheme: str) -> None:
    page = open_page(site, color_scheme=scheme, reduced_motion="reduce")
    assert violations(page, axe) == [], "empty"
    for conclusion in BY_CONCLUSION:
        choose(page, ("a.json", as_bytes(credential(conclusion, local=True))))
        assert violations(page, axe) == [], conclusion
