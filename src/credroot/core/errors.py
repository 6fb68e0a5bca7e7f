"""What can go wrong, sorted by who can mend it; a credential that does not hold is a report and no error."""

from __future__ import annotations


class CredrootError(Exception):
    """Base of every error that Credroot raises on purpose.

    `code` is stable for ever and is what programs look at; the message is for people and may change.
    """

    code: str = "credroot.error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class InputError(CredrootError):
    """The caller's data is wrong; only other data helps."""

    code = "input.invalid"


class ProofError(InputError):
    """A proof is not of the one form that can hold at all."""

    code = "proof.malformed"


class ChainUnavailable(CredrootError):
    """The chain gave no usable answer; time or another endpoint may heal it."""

    code = "chain.unavailable"


class SignerUnavailable(CredrootError):
    """The service that keeps a key gave no signature; time may heal it. What is not signed was not sent."""

    code = "key.unavailable"


class ChainMismatch(CredrootError):
    """The endpoint answers for another chain id, code hash or registry than the pinned one."""

    code = "chain.mismatch"


class AnchorRejected(CredrootError):
    """The chain refused the transaction (it reverted); the issuer's keys or data must change."""

    code = "anchor.rejected"


class GuardRefused(CredrootError):
    """One of our own guards refused: a cost cap, an empty batch, a batch that is anchored already."""

    code = "guard.refused"
