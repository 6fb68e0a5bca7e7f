"""The examples that the specification prints; they are where CREDROOT_STANDARDS says."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credroot.credential.status import bitstring
from credroot.credential.status.answer import Conclusion, status_at

FOLDER = Path(os.environ.get("CREDROOT_STANDARDS", "-")) / "vectors" / "bitstring-status-list"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="CREDROOT_STANDARDS names no folder with the vectors")


def example(number):
    return json.loads((FOLDER / f"spec-example-{number:02}.json").read_text())


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_the_specification_is_read_and_written_alike(number):
    text = example(number)["credentialSubject"]["encodedList"]
    assert bitstring.decode(text) == bitstring.DecodedBits(bytes(16_384), multibase=True)
    assert bitstring.encode(bytes(16_384)) == text


@pytest.mark.parametrize("number", [0, 2, 4, 5])
def test_the_entries_of_the_specification_are_judged(number):
    statuses = example(number)["credentialStatus"]
    for entry in statuses if isinstance(statuses, list) else [statuses]:
        answer = status_at(example(1), entry, now=NOW)
        named = entry["statusListCredential"].endswith("/3")
        assert answer.conclusion is (Conclusion.CLEAR if named else Conclusion.UNKNOWN)
        assert [problem.code for problem in answer.problems] == ([] if named else ["status_list.other_list"])
