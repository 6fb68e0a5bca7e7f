from __future__ import annotations

import pytest

from credroot.core import errors
from credroot.core.status import Status


def test_every_error_has_a_code_that_stays() -> None:
    defined = [errors.CredrootError, *errors.CredrootError.__subclasses__()]
    codes = {cls.__name__: cls("x").code for cls in defined if cls.__module__ == errors.__name__}
    assert codes == {
        "CredrootError": "credroot.error",
        "InputError": "input.invalid",
        "ChainUnavailable": "chain.unavailable",
        "SignerUnavailable": "key.unavailable",
        "ChainMismatch": "chain.mismatch",
        "AnchorRejected": "anchor.rejected",
        "GuardRefused": "guard.refused",
    }


def test_an_error_can_name_its_cause_more_closely() -> None:
    with pytest.raises(errors.InputError) as caught:
        raise errors.ProofError("text for people", code="proof.version")
    assert (caught.value.code, str(caught.value), errors.ProofError.code) == (
        "proof.version",
        "text for people",
        "proof.malformed",
    )


def test_the_statuses_have_the_numbers_of_the_contract_and_zero_is_unsafe() -> None:
    assert [(status.name, int(status)) for status in Status] == [
        ("UNKNOWN", 0),
        ("ACTIVE", 1),
        ("SUSPENDED", 2),
        ("REVOKED", 3),
        ("DISTRUSTED", 4),
        ("INVALID_PROOF", 5),
    ]
