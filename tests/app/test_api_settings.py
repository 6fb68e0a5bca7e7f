"""The table ``[api]`` of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from credroot.app.settings.api import ApiSettings
from credroot.app.settings.settings import load_settings
from credroot.core.errors import InputError

DIGEST = "ab" * 32


def api_settings(folder: Path, *lines: str) -> ApiSettings:
    (folder / "credroot.toml").write_text("\n".join(['format = "credroot/settings/v1"', "[api]", *lines]))
    return load_settings(folder, {}).api


def test_nothing_is_issued_over_http_unless_the_settings_say_so(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}).api == ApiSettings(False, frozenset())
    assert not api_settings(tmp_path, f'issue_key_sha256 = "{DIGEST}"').issue


def test_digests_of_keys_are_read_from_the_settings_and_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys.txt").write_text(f"# callers\n{'cd' * 32}\n\n{'ef' * 32} # the third\n")
    found = api_settings(tmp_path, "issue = true", f'issue_key_sha256 = "{DIGEST}"', 'issue_key_file = "keys.txt"')
    assert found == ApiSettings(True, frozenset({b"\xab" * 32, b"\xcd" * 32, b"\xef" * 32}))


@pytest.mark.parametrize(
    "lines",
    [
        ["issue = true"],
        ["issue = true", 'issue_key_sha256 = "secret"'],
        ["issue = true", f'issue_key_sha256 = "{DIGEST.upper()}"'],
        ["issue = true", 'issue_key_file = "absent.txt"'],
        ["issue = true", 'issue_key_file = "empty.txt"'],
    ],
)
def test_issuing_without_a_digest_of_a_key_is_refused(tmp_path: Path, lines: list[str]) -> None:
    (tmp_path / "empty.txt").write_text("# nobody\n")
    with pytest.raises(InputError) as refused:
        api_settings(tmp_path, *lines)
    assert refused.value.code == "settings.api_key"


@pytest.mark.parametrize(("line", "code"), [("isue = true", "settings.unknown"), ('issue = "yes"', "settings.kind")])
def test_a_misspelt_setting_is_refused(tmp_path: Path, line: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        api_settings(tmp_path, line)
    assert refused.value.code == code


def test_origins_are_named_as_browsers_send_them(tmp_path: Path) -> None:
    listed = '["https://school.example", "http://127.0.0.1:8000", "http://[::1]:8000"]'
    found = api_settings(tmp_path, f"allow_origins = {listed}").allow_origins
    assert found == {"https://school.example", "http://127.0.0.1:8000", "http://[::1]:8000"}
    assert api_settings(tmp_path).allow_origins == frozenset()


@pytest.mark.parametrize(
    "origin", ["school.example", "https://school.example/", "https://School.example", "null", "none", "https://a b", ""]
)
def test_what_no_browser_sends_is_refused_as_an_origin(tmp_path: Path, origin: str) -> None:
    with pytest.raises(InputError) as refused:
        api_settings(tmp_path, f'allow_origins = ["{origin}"]')
    assert refused.value.code == "settings.origin"
