"""The table ``[networks.NAME]``: what a quorum may consist of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credroot.app.settings.settings import load_settings
from credroot.chain.blocks.endpoint_trust import Caution
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.settings.networks import Network


def network(folder: Path, quorum: int, *endpoints: str) -> Network:
    table = f"quorum = {quorum}\nendpoints = {list(endpoints)}\n"
    (folder / "credroot.toml").write_text(f'format = "credroot/settings/v1"\n[networks.polygon]\n{table}')
    return load_settings(folder, {}).networks["polygon"]


@pytest.mark.parametrize(
    "twice",
    [
        ("https://a.example/", "https://a.example/"),
        ("https://a.example/v2/one-long-secret", "https://a.example/v2/another-long-secret"),
        ("https://a.example", "https://A.EXAMPLE:443/"),
        ("https://a.example", "http://a.example./"),
        ("http://user@127.0.0.1:8545", "http://127.0.0.1:8545/?key=1"),
        ("http://[::1]:8545", "https://b.example", "http://[::1]:8545/"),
    ],
)
def test_a_server_that_is_named_twice_is_no_quorum(tmp_path: Path, twice: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as error:
        network(tmp_path, 2, *twice)
    assert error.value.code == "settings.quorum"
    assert "secret" not in str(error.value)
    assert network(tmp_path, 1, *twice).endpoints == twice


def test_other_servers_are_others(tmp_path: Path) -> None:
    urls = ("http://127.0.0.1:8545", "http://127.0.0.1:8546", "https://a.example", "https://b.a.example")
    assert network(tmp_path, 4, *urls).caution == Caution(4)
    with pytest.raises(InputError):
        network(tmp_path, 5, *urls)
