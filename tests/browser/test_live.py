"""The whole thing: issued credentials, ``credroot serve``, the local chain, a browser."""

from __future__ import annotations

import io
import re
import statistics
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.page.static_site import static_site
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import private_link
from tests.browser.steps import choose, drop, heading

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Workspace


def test_a_genuine_credential_is_called_so(open_page: Any, live: str, demonstrated: Workspace) -> None:
    page = open_page(live)
    genuine = demonstrated.credentials[1].read_bytes()
    first = drop(page, "a.json", genuine)
    assert heading(page) == "Genuine and current"
    assert page.locator(".content:not(.claims)").count() == 1
    assert page.locator(".banner").is_visible()
    assert page.locator(".checks > li.passed").count() == 9
    later = []
    for _ in range(5):
        page.evaluate("document.querySelector('#result').replaceChildren()")
        later.append(drop(page, "a.json", genuine))
    print(f"drop to verdict, {len(genuine)} bytes: {first:.0f} ms at first, then {statistics.median(later):.0f} ms")
    assert page.faults == []


def test_the_revoked_and_the_changed_copy_are_called_so(open_page: Any, live: str, demonstrated: Workspace) -> None:
    page = open_page(live)
    choose(page, ("a.json", demonstrated.credentials[0].read_bytes()))
    assert heading(page) == "Genuine, but revoked"
    choose(page, ("a.json", (demonstrated.folder / "altered-copy.json").read_bytes()))
    assert heading(page) == "Changed since it was issued"
    assert "Mastership" not in page.locator("#result").text_content()


def test_a_zip_of_the_batch_is_a_table(open_page: Any, live: str, demonstrated: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "batch.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in demonstrated.credentials:
            zipped.write(path, path.name)
    page = open_page(live)
    choose(page, ("batch.zip", archive.read_bytes()))
    assert heading(page) == "25 files checked"
    assert page.locator(".mark.good").count() == 24
    assert page.locator(".mark.withdrawn").count() == 1


def test_five_hundred_files_are_one_table_that_a_keyboard_sorts(
    open_page: Any, live: str, demonstrated: Workspace
) -> None:
    genuine = [path.read_bytes() for path in demonstrated.credentials[1:]]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number in range(498):
            zipped.writestr(f"applicants/{number:03d}/credential.json", genuine[number % len(genuine)])
        zipped.writestr("applicants/revoked.json", demonstrated.credentials[0].read_bytes())
        zipped.writestr("applicants/letter.txt", "Dear Sir or Madam,")
    page = open_page(live)
    page.set_default_timeout(30_000)
    print(f"500 files in a zip of {len(archive.getvalue())} bytes: {drop(page, 'a.zip', archive.getvalue()):.0f} ms")
    assert heading(page) == "500 files checked"
    assert page.locator(".mark.good").count() == 498
    page.get_by_role("button", name="Verdict").focus()
    page.keyboard.press("Enter")
    first = page.locator("tbody tr").first
    assert page.locator("th[aria-sort=ascending]").count() == 1
    assert "withdrawn" in first.locator(".mark").get_attribute("class")
    assert first.locator("th").inner_text() == "a.zip/applicants/revoked.json"
    page.keyboard.press("Space")
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert "good" in page.locator("tbody tr").first.locator(".mark").get_attribute("class")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert len(started.value.path().read_text(encoding="utf-8-sig").splitlines()) == 501
    assert page.faults == []


@pytest.mark.usefixtures("typesetter")
def test_the_pdf_that_a_learner_got_verifies_when_it_is_dropped_whatever_the_script_of_the_name(
    open_page: Any, live: str, demonstrated: Workspace
) -> None:
    folder = demonstrated.credentials[0].parents[1] / "outputs" / "pdf"
    contents = {read_content(path.read_bytes()).holder: path for path in demonstrated.credentials}
    for name in ("Łukasz Wójcik", "Мария Петрова", "Αλέξανδρος Νικολάου", "محمد العلي", "王小明", "अनन्या शर्मा"):
        path = contents[name]
        page = open_page(live)
        drop(page, "certificate.pdf", (folder / f"{path.stem}.pdf").read_bytes())
        is_revoked = path == demonstrated.credentials[0]
        assert heading(page) == ("Genuine, but revoked" if is_revoked else "Genuine and current")
        assert page.get_by_text(name).count() >= 1
        assert is_revoked or "not part of what was checked" in page.locator(".note").inner_text()


def test_the_private_link_that_a_learner_got_opens_with_the_verdict(
    open_page: Any, live: str, demonstrated: Workspace
) -> None:
    page = open_page(live)
    page.goto(private_link(f"{live}/", read_content(demonstrated.credentials[1].read_bytes())))
    page.wait_for_selector("#verdict")
    assert heading(page) == "Genuine and current"


def test_the_page_works_as_static_files_beside_the_server(
    open_page: Any, live: str, demonstrated: Workspace, elsewhere: tuple[Path, str]
) -> None:
    folder, address = elsewhere
    for name, data in static_site(live).items():
        (folder / name).write_bytes(data)
    page = open_page(f"{address}/")
    page.get_by_role("link", name="Deutsch").click()
    page.wait_for_url("**/index.de.html")
    choose(page, ("a.json", demonstrated.credentials[1].read_bytes()))
    assert heading(page) == "Echt und gültig"
    assert page.faults == []


def test_an_issuers_own_site_shows_the_verdict(
    open_page: Any, live: str, demonstrated: Workspace, elsewhere: tuple[Path, str]
) -> None:
    folder, address = elsewhere
    (folder / "genuine.json").write_bytes(demonstrated.credentials[1].read_bytes())
    (folder / "revoked.json").write_bytes(demonstrated.credentials[0].read_bytes())
    for name in ("genuine", "revoked"):
        (folder / f"{name}.html").write_text(
            f'<!doctype html><html lang="en"><title>x</title><link rel="icon" href="data:,">'
            f'<script type="module" src="{live}/credroot-verify.js">'
            f'</script><credroot-verify src="{name}.json"></credroot-verify>'
        )
    page = open_page(f"{address}/genuine.html")
    page.get_by_role("heading", name="Genuine and current").wait_for()
    assert page.locator("credroot-verify .notice").is_visible(), "the local chain is named"
    assert page.locator("credroot-verify dd").first.inner_text()
    page.goto(f"{address}/revoked.html")
    page.get_by_role("heading", name="Genuine, but revoked").wait_for()
    assert re.search(
        r"revoked it for good on .\d+ \w+ \d{4}.: .issued in error", page.locator(".sentence").inner_text()
    )
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="See every check").click()
    opened.value.wait_for_selector("#verdict")
    assert heading(opened.value) == "Genuine, but revoked"
    assert page.faults == []
