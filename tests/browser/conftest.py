"""A real browser (Debian's Chromium), where there is one, and the two sites it visits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.stub_site import StubSite, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workspaces import Workspace

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """One browser for all tests of this folder; it has an event loop in this thread, which those of others mind."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    folder = os.environ.get("CREDROOT_NODE_MODULES")
    file = Path(folder or "") / "axe-core" / "axe.min.js"
    if folder is None or not file.is_file():
        pytest.skip("axe-core is not installed: CREDROOT_NODE_MODULES does not hold it")
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def stub() -> Iterator[tuple[StubSite, str]]:
    """The site whose verifier says what a credential asks for, and its address."""
    site = StubSite()
    with served(site) as address:
        yield site, address


@pytest.fixture
def site(stub: tuple[StubSite, str]) -> str:
    """The address of the stub site."""
    stub[0].paths.clear()
    stub[0].pause_s = 0.0
    return stub[1]


@pytest.fixture(scope="session")
def plain_site() -> Iterator[str]:
    """The address of a stub site on which none of the extras is installed."""
    with served(StubSite(extras=False)) as address:
        yield address


class QuietHandler(SimpleHTTPRequestHandler):
    """Any web server: it knows nothing of the project."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A web site of somebody else: its folder, and its address, which is another origin than that of any site here."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def live(demonstrated: Workspace, elsewhere: tuple[Path, str]) -> Iterator[str]:
    """The address of ``credroot serve`` in the demonstration's workspace: the real thing, on the local chain."""
    with subprocess.Popen(
        [sys.executable, "-m", "credroot", "serve", "--port", "0", "--quiet", "--allow-origin", elsewhere[1]],
        cwd=demonstrated.folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()
        process.wait(10)


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Open pages: ``open_page(address, width=..., **options of the context)``."""
    contexts = []

    def opened(address: str, *, width: int = 1200, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
