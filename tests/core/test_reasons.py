"""The reasons of a withdrawal: their numbers are the contract's, for ever."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from credroot.core.errors import InputError
from credroot.core.reasons import Reason, describe_reason, parse_reason

INTERFACE = Path(__file__).parents[2] / "contracts" / "ICredentialRegistry.sol"
WORDS = {
    Reason.UNSPECIFIED: "not given",
    Reason.ISSUED_IN_ERROR: "issued in error",
    Reason.SUPERSEDED: "replaced by another credential",
    Reason.REQUIREMENTS_NOT_MET: "requirements not met",
    Reason.MISCONDUCT: "misconduct",
    Reason.ASKED_FOR_BY_HOLDER: "asked for by the holder",
    Reason.KEY_COMPROMISED: "a key was compromised",
    Reason.UNDER_REVIEW: "under review",
    Reason.REVIEW_CLOSED: "review closed",
}


def test_the_numbers_are_those_that_the_contract_publishes() -> None:
    prose = re.sub(r"\s*///\s*", " ", INTERFACE.read_text())
    assert set(WORDS) == set(Reason)
    for reason, words in WORDS.items():
        assert re.search(rf"\b{int(reason)} {words}\b", prose), reason


@pytest.mark.parametrize("text", ["under-review", "1000", "65535"])
def test_a_reason_is_a_name_or_a_number_of_the_issuers_own(text: str) -> None:
    number = parse_reason(text)
    assert number == Reason.UNDER_REVIEW or number >= 1_000
    assert describe_reason(number)


@pytest.mark.parametrize("text", ["999", "7", "65536", "-1", "", "Under Review", "١٠٠٠"])
def test_anything_else_is_no_reason(text: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_reason(text)
    assert refused.value.code == "reason.unknown"
