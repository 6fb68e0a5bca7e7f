"""Credroot: Open Badges anchored on a chain, verified without asking the issuer.

    import credroot

    report = credroot.verify(open("badge.json", "rb").read(), workspace="my-workspace")
    report.verdict, [check.code for check in report.checks]

What `__all__` lists is the public surface; all else may move. Names are loaded when they are first used, because a
verdict should not wait for the libraries that issuing needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credroot.app.verifying.library import open_verifier, verify
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.anchor.receipt import Receipt
    from credroot.core.errors import CredrootError
    from credroot.core.report import Check, Outcome, Report, Verdict
    from credroot.verifier.trust import Policy, Trust, TrustedIssuer
    from credroot.verifier.verifier import Verifier

__all__ = [
    "Check",
    "CredrootError",
    "Deployment",
    "Outcome",
    "Policy",
    "Receipt",
    "Report",
    "Trust",
    "TrustedIssuer",
    "Verdict",
    "Verifier",
    "open_verifier",
    "verify",
]

_HOMES = {
    "Check": "credroot.core.report",
    "CredrootError": "credroot.core.errors",
    "Deployment": "credroot.chain.registry.deployment",
    "Outcome": "credroot.core.report",
    "Policy": "credroot.verifier.trust",
    "Receipt": "credroot.core.anchor.receipt",
    "Report": "credroot.core.report",
    "Trust": "credroot.verifier.trust",
    "TrustedIssuer": "credroot.verifier.trust",
    "Verdict": "credroot.core.report",
    "Verifier": "credroot.verifier.verifier",
    "open_verifier": "credroot.app.verifying.library",
    "verify": "credroot.app.verifying.library",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
