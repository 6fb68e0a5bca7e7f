"""How the suite is shared out: the lists name what there is, and what shares something stays together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parallel import APART, LONGEST, TOGETHER, group_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted({*TOGETHER, *APART, *LONGEST}))
def test_what_the_lists_name_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", APART)
def test_tests_that_go_their_own_ways_share_nothing_within_their_file(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not any(f'scope="{scope}"' in text for scope in ("class", "module", "package"))


def test_a_group_is_a_file_a_folder_or_a_test() -> None:
    assert group_of("tests/core/test_jcs.py::test_one[a::b]") == "tests/core/test_jcs.py"
    assert group_of("tests/browser/test_live.py::test_one") == "tests/browser"
    assert group_of(f"{APART[0]}::test_one") == f"{APART[0]}::test_one"
