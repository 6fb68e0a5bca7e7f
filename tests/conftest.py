"""What all tests share: one profile for random tests, and where the parts from outside lie."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.parallel import longest_first, scheduler
from tests.parts import hold_to_account
from tests.postgres import empty_schema, running_server, server_programs
from tests.workspaces import Workspace, run_credroot, stop_chain

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

# No deadline: a busy machine is not a failure. `print_blob` gives the line that repeats a failure.
settings.register_profile(
    "credroot", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("credroot")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what is skipped where every part is installed."""
    report = yield
    hold_to_account(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a file that is skipped there."""
    report = yield
    hold_to_account(report)
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest tests where several processes share them."""
    if hasattr(config, "workerinput"):
        longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what shares something costly."""
    return scheduler(config, log)


@pytest.fixture
def rng() -> random.Random:
    """Give a generator whose seed is printed, so that a failure can be run again with CREDROOT_SEED."""
    seed = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(64))
    print(f"CREDROOT_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace of one demonstration; tests only read it."""
    parent = tmp_path_factory.mktemp("demo")
    done = run_credroot(parent, "demo", "--no-serve", "--dir", "D")
    assert done.returncode == 0, done.stdout + done.stderr
    yield Workspace(parent / "D", done.stdout)
    stop_chain(parent / "D")


@pytest.fixture(scope="session")
def template(demonstrated: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace just initialised, its chain at rest: copying it is quicker than making it."""
    folder = tmp_path_factory.mktemp("template")
    done = run_credroot(folder, "init", "--name", "Testing College")
    assert done.returncode == 0, done.stderr
    for name in ("roster.csv", "data-analytics.json"):
        shutil.copy(demonstrated.folder / name, folder / name)
    stop_chain(folder)
    return folder


@pytest.fixture
def workspace(template: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of one test, with a local chain of its own."""
    folder = tmp_path / "workspace"
    shutil.copytree(template, folder)
    yield Workspace(folder, "")
    stop_chain(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of a running server's socket."""
    programs = server_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with running_server(programs) as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def new_index_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes URLs of empty databases, in SQLite and then in PostgreSQL: every test of an index runs on both."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('index')}/index.db"
    folder = request.getfixturevalue("postgres")
    return lambda: empty_schema(folder)


@pytest.fixture
def index_url(new_index_url: Callable[[], str]) -> str:
    """The URL of one empty database."""
    return new_index_url()


@pytest.fixture(scope="session")
def typesetter() -> None:
    """Skip where PDFs can't be set: the extra, or the fonts for every script, are missing."""
    pytest.importorskip("typst", reason="typst is not installed: the extra credroot[pdf]")
    pytest.importorskip("segno", reason="segno is not installed: the extra credroot[pdf]")
    if shutil.which("fc-list") is None:
        pytest.skip("fc-list is not installed, so it is not known which fonts there are")
    for language in ("ar", "zh-cn", "hi", "ru", "el"):
        found = subprocess.run(["fc-list", f":lang={language}"], capture_output=True, text=True, check=False).stdout
        if not found.strip():
            pytest.skip(f"no font for {language}: install fonts-noto-core and fonts-noto-cjk")
