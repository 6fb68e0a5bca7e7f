"""Every way to give something to the page, and the ways to take something along."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from credroot.credential.baking.png import bake_png
from credroot.credential.baking.private_link import fragment_of
from credroot.credential.baking.svg import bake_svg
from credroot.credential.picture.png import badge_png
from credroot.credential.picture.svg import badge_svg
from tests.browser.conftest import ARGUMENTS
from tests.browser.photographs import code, encoded, photograph
from tests.browser.reports import credential
from tests.browser.steps import as_bytes, choose, drop, heading, violations
from tests.browser.stub_site import StubSite

if TYPE_CHECKING:
    from pathlib import Path

GENUINE = "Genuine and current"


def test_a_file_may_be_dropped_anywhere(open_page: Any, site: str) -> None:
    page = open_page(site)
    drop(page, "badge.json", as_bytes(credential()))
    assert heading(page) == GENUINE


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_baked_picture_is_opened_and_its_pixels_are_not_believed(open_page: Any, site: str, kind: str) -> None:
    payload = as_bytes(credential())
    picture = (
        bake_png(badge_png("Other", "Other"), payload) if kind == "png" else bake_svg(badge_svg("O", "O"), payload)
    )
    page = open_page(site)
    choose(page, (f"badge.{kind}", picture))
    assert heading(page) == GENUINE
    assert "not part of what was checked" in page.locator(".content .note").inner_text()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the credential").click()
    assert started.value.path().read_bytes() == payload


def test_text_may_be_pasted(open_page: Any, site: str) -> None:
    page = open_page(site)
    page.locator("#paste summary").click()
    page.fill("#text", as_bytes(credential("revoked")).decode())
    page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    assert heading(page) == "Genuine, but revoked"


def test_a_link_carries_the_credential_and_the_server_never_sees_it(
    open_page: Any, stub: tuple[StubSite, str], site: str
) -> None:
    page = open_page(f"{site}/#{fragment_of(credential())}")
    page.wait_for_selector("#verdict")
    assert heading(page) == GENUINE
    assert stub[0].paths, "the site was asked"
    assert not any("c1=" in path for path in stub[0].paths)


def test_a_link_may_be_pasted_and_copied(open_page: Any, site: str) -> None:
    page = open_page(site, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#paste summary").click()
    page.fill("#text", f"https://elsewhere.example/#{fragment_of(credential())}")
    page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    page.get_by_role("button", name="Copy a private link").click()
    page.locator("#status", has_text="The link was copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/#{fragment_of(credential())}"


def test_a_cut_link_is_named(open_page: Any, site: str) -> None:
    page = open_page(f"{site}/#{fragment_of(credential())[:-40]}")
    page.wait_for_selector("#verdict")
    assert "The link is not complete." in page.locator(".sentence").inner_text()


def test_the_report_can_be_taken_along(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential())))
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the report (JSON)").click()
    report = json.loads(started.value.path().read_bytes())
    assert report["format"] == "credroot/report/v1"
    assert report["verdict"] == "valid"


@pytest.mark.parametrize("script", [True, False])
def test_the_report_can_be_taken_along_as_a_pdf(open_page: Any, site: str, script: bool) -> None:
    pytest.importorskip("typst", reason="typst is not installed: the extra credroot[pdf]")
    page = open_page(f"{site}/?lang=fr", java_script_enabled=script)
    page.set_input_files("#file", {"name": "a.json", "mimeType": "", "buffer": as_bytes(credential("revoked"))})
    if not script:
        page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    with page.expect_download() as started:
        page.get_by_role("button", name="Télécharger le rapport (PDF)").click()
    assert started.value.suggested_filename == "credroot-report.pdf"
    assert started.value.path().read_bytes().startswith(b"%PDF-")


def test_where_there_are_no_pdfs_none_is_offered(open_page: Any, plain_site: str) -> None:
    page = open_page(plain_site)
    choose(page, ("a.json", as_bytes(credential())))
    assert page.get_by_role("link", name="Download the report (JSON)").is_visible()
    assert page.locator(".paper").count() == 0


def test_a_photograph_of_a_code_is_read_with_and_without_javascript(open_page: Any, site: str) -> None:
    pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: the extra credroot[qr]")
    picture = photograph()
    page = open_page(site)
    choose(page, ("photo.jpg", picture))
    assert heading(page) == GENUINE
    page.locator(".another").click()
    page.locator("#scan summary").click()
    page.locator("#scan-sent").wait_for()
    page.set_input_files("#scan-file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    page.wait_for_selector("#verdict")
    assert heading(page) == GENUINE
    page.set_input_files("#scan-file", {"name": "x.png", "mimeType": "image/png", "buffer": badge_png("A", "B")})
    page.locator("#status", has_text="There is no QR code").wait_for()
    page = open_page(site, java_script_enabled=False)
    page.set_input_files("#file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    assert heading(page) == GENUINE


def test_where_no_code_can_be_read_that_is_said_and_nothing_is_offered(open_page: Any, plain_site: str) -> None:
    page = open_page(plain_site)
    page.locator("#scan summary").click()
    page.locator("#scan-unsupported").wait_for()
    assert not page.locator("#scan-supported").is_visible()
    choose(page, ("photo.jpg", b"\xff\xd8\xff"))
    assert heading(page) == "No credential that we can read"


def test_a_code_held_before_the_camera_is_read(browser: Any, site: str, tmp_path: Path) -> None:
    pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: the extra credroot[qr]")
    film = tmp_path / "film.mjpeg"
    frame = Image.new("L", (1280, 960), 200)
    held = code(scale=5)
    frame.paste(held, ((1280 - held.width) // 2, (960 - held.height) // 2))
    film.write_bytes(encoded(frame.convert("RGB"), quality=90) * 10)
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with_camera = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=[*ARGUMENTS, *camera, f"--use-file-for-fake-video-capture={film}"],
    )
    with with_camera:
        page = with_camera.new_context(permissions=["camera"]).new_page()
        page.goto(site)
        page.locator("#scan summary").click()
        page.locator("#camera").click()
        page.wait_for_selector("#verdict", timeout=30_000)
        assert heading(page) == GENUINE
        assert not page.locator("#camera-view").is_visible(), "the camera is off again"


def test_everything_works_with_the_keyboard_alone(open_page: Any, site: str) -> None:
    page = open_page(site)

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} can't be reached")

    # Listening from the beginning: the browser's own dialogue would swallow the key while listening is being set up.
    choosers: list[Any] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    tab_to(".skip")
    page.keyboard.press("Enter")
    tab_to("#file")
    page.wait_for_timeout(200)
    page.keyboard.press("Space")
    for _ in range(200):
        if choosers:
            break
        page.wait_for_timeout(50)
    choosers[0].set_files({"name": "a.json", "mimeType": "application/json", "buffer": as_bytes(credential())})
    page.wait_for_selector("#verdict")
    assert page.evaluate("document.activeElement.id") == "verdict"
    tab_to(".actions .another")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "file"
    tab_to("#paste summary")
    page.keyboard.press("Enter")
    tab_to("#text")
    page.keyboard.insert_text(as_bytes(credential("revoked")).decode())
    tab_to("#submit")
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict")
    assert heading(page) == "Genuine, but revoked"


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_without_javascript_it_is_a_plain_form(open_page: Any, site: str, language: str) -> None:
    with_script = open_page(f"{site}/?lang={language}")
    choose(with_script, ("a.json", as_bytes(credential("expired"))))
    page = open_page(f"{site}/?lang={language}", java_script_enabled=False)
    page.set_input_files("#file", {"name": "a.json", "mimeType": "", "buffer": as_bytes(credential("expired"))})
    page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    for part in (".verdict", ".content", ".checks", ".record"):
        assert page.locator(part).inner_text() == with_script.locator(part).inner_text()
    assert page.title() == with_script.title()
    assert page.url == f"{site}/check"


def test_without_javascript_text_may_be_pasted_and_nothing_is_answered_kindly(open_page: Any, site: str) -> None:
    page = open_page(site, java_script_enabled=False)
    page.locator("#submit").click()
    assert "Nothing was chosen." in page.locator(".notice").inner_text()
    page.locator("#paste summary").click()
    page.fill("#text", as_bytes(credential("changed")).decode())
    page.locator("#submit").click()
    page.wait_for_selector("#verdict")
    assert heading(page) == "Changed since it was issued"


@pytest.mark.parametrize("conclusion", ["genuine", "changed", "unknown_issuer"])
def test_it_fits_a_screen_of_320_pixels(open_page: Any, site: str, axe: str, conclusion: str) -> None:
    page = open_page(f"{site}/?lang=de", width=320, height=640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    choose(page, ("a.json", as_bytes(credential(conclusion, local=True))))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("#paste summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page, axe) == []


def test_when_the_site_is_gone_nothing_is_said_about_the_credential(open_page: Any, site: str) -> None:
    page = open_page(site)
    page.context.set_offline(True)
    page.set_input_files("#file", {"name": "a.json", "mimeType": "", "buffer": as_bytes(credential())})
    page.locator("#status", has_text="could not be reached").wait_for()
    assert page.locator("#verdict").count() == 0


def test_the_page_weighs_little_and_asks_nobody_else(open_page: Any, site: str) -> None:
    page = open_page("about:blank")
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.__setitem__(answer.url, len(answer.body())))
    page.goto(site)
    choose(page, ("a.json", as_bytes(credential())))
    assert all(address.startswith((site, "data:")) for address in sizes)
    own = {address: size for address, size in sizes.items() if address.startswith(site) and "/v1/" not in address}
    print(f"page weight: {sum(own.values())} bytes in {len(own)} files")
    assert sum(own.values()) <= 60_000
    policy = page.request.get(site).headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_it_prints_without_its_controls(open_page: Any, site: str) -> None:
    page = open_page(site)
    choose(page, ("a.json", as_bytes(credential())))
    page.emulate_media(media="print")
    assert page.locator("#verdict").is_visible()
    assert page.locator(".checks").is_visible()
    assert not page.locator(".actions").is_visible()
    assert not page.locator("#drop").is_visible()


def test_a_motion_is_left_out_where_that_is_asked_for(open_page: Any, site: str) -> None:
    page = open_page(site, reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.querySelector('.sheet')).animationName") == "none"
