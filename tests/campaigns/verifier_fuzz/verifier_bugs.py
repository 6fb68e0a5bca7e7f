"""Bugs that are planted into the verifier, to show that the oracle sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from credroot.core.report import Outcome
from credroot.credential.keys import jws
from credroot.credential.proof.suites import proof_judge
from credroot.verifier import judge, subject

Plant = Callable[[pytest.MonkeyPatch], None]


def _any_signature_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(proof_judge, "signature_holds", lambda *_: True)


def _any_token_holds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jws, "signature_holds", lambda *_: True)


def _every_leaf_leads_to_its_root(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(subject, "_leads", lambda *_: True)


def _one_check_always_passes(name: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        def passed(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
            return lambda evidence: replace(check(evidence), outcome=Outcome.PASSED)

        patch.setattr(judge, "CHECKS", tuple((n, passed(c) if n == name else c) for n, c in judge.CHECKS))

    return plant


BUGS: dict[str, Plant] = {
    "any signature holds": _any_signature_holds,
    "any token holds": _any_token_holds,
    "every leaf leads to its root": _every_leaf_leads_to_its_root,
    "nothing is withdrawn": _one_check_always_passes("status"),
    "nothing expires": _one_check_always_passes("validity"),
    "an anchor is never missed": _one_check_always_passes("anchor"),
    "a receipt fits any file": _one_check_always_passes("format"),
    "anybody is known": _one_check_always_passes("issuer"),
}
