"""Is it a file that can be verified at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.report import Check, Outcome
from credroot.verifier.subject import Malformed, ReceiptSubject

if TYPE_CHECKING:
    from credroot.verifier.evidence import Evidence

FORMAT = "format"


def check_format(evidence: Evidence) -> Check:
    """Pass what could be read as a credential or a receipt with a file."""
    subject = evidence.subject
    if isinstance(subject, Malformed):
        return Check(FORMAT, Outcome.FAILED, subject.code, f"It could not be read as a credential: {subject.message}.")
    if isinstance(subject, ReceiptSubject):
        if subject.file_digest is None:
            message = "A receipt says nothing without the file that it is of, or its digest."
            return Check(FORMAT, Outcome.UNKNOWN, "format.file_missing", message)
        if subject.file_digest != subject.receipt.facts.digest:
            return Check(FORMAT, Outcome.FAILED, "format.other_file", "The file is not the one that the receipt is of.")
        return Check(FORMAT, Outcome.PASSED, "format.receipt", "It is a receipt, and the file is the one it is of.")
    return Check(FORMAT, Outcome.PASSED, "format.credential", "It is a verifiable credential with an anchor proof.")
