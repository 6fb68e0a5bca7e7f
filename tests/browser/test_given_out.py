"""What is given out as HTML, in a real browser: the registrar's report and the message to a learner."""

from __future__ import annotations

import base64
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.browser.steps import violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from pathlib import Path

    from tests.workspaces import Workspace

WIDTHS = (1280, 375)


@pytest.fixture
def report(demonstrated: Workspace) -> Path:
    return demonstrated.credentials[0].parents[1] / "outputs" / "report.html"


@pytest.fixture
def message(report: Path, tmp_path: Path) -> Path:
    """The HTML of one message, its picture in place, as a mail program shows it."""
    path = sorted((report.parent / "mail").glob("*.eml"))[0]
    parsed = cast("EmailMessage", message_from_bytes(path.read_bytes(), policy=default))
    body = parsed.get_body(("html",))
    assert body is not None
    picture = next(part for part in parsed.walk() if part["Content-ID"])
    address = "data:image/png;base64," + base64.b64encode(picture.get_content()).decode()
    shown = tmp_path / "message.html"
    shown.write_text(body.get_content().replace("cid:" + picture["Content-ID"].strip("<>"), address), encoding="utf-8")
    return shown


@pytest.fixture
def opened(browser: Any) -> Callable[..., Any]:
    def open_file(path: Path, width: int, scheme: str) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        return page

    return open_file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_is_accessible_fits_and_asks_nobody(
    opened: Any, report: Path, axe: str, width: int, scheme: str
) -> None:
    page = opened(report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_message_is_accessible_fits_and_asks_nobody(opened: Any, message: Path, axe: str, width: int) -> None:
    page = opened(message, width, "light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('img').naturalWidth") >= 90
    # Landmarks are the mail program's: it shows a message inside a page of its own.
    assert [found for found in violations(page, axe) if not found.startswith(("landmark", "region"))] == []


def test_the_report_s_links_lead_to_files_that_are_there(opened: Any, report: Path) -> None:
    page = opened(report, 1280, "light")
    links = page.eval_on_selector_all("tbody a", "found => found.map(one => one.getAttribute('href'))")
    assert len(links) >= 75
    assert all((report.parent / link).is_file() for link in links)
