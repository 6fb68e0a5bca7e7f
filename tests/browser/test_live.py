"""The whole thing: issued credentials, ``credroot serve``, the local chain, a browser."""

from __future__ import annotations

import statistics
import zipfile
from typing import TYPE_CHECKING, Any

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
