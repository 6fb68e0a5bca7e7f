"""From the bytes of a verdict route to subjects: one credential, picture or receipt, or a batch of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.api.http.problems import MEDIA_TYPE, NOT_JSON, TOO_LARGE, UNPROCESSABLE, ProblemError
from credroot.core.errors import InputError
from credroot.core.json.strict import MAX_DEPTH, loads
from credroot.core.values import Digest
from credroot.verifier.incident import incident
from credroot.verifier.subject import CredentialSubject, Malformed, not_a_receipt, read_subject, subject_of

if TYPE_CHECKING:
    from credroot.app.api.http.problems import ProblemKind
    from credroot.app.api.limits import Limits
    from credroot.core.budget import Budget
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Trust

_WRAPPER = frozenset({"receipt", "sha256"})


def read_file(data: bytes, trust: Trust, budget: Budget) -> Subject:
    """Read a JWT, a picture, or JSON under no name of its own; `ProblemError` where it is none of them."""
    subject = read_subject(data, trust, budget=budget)
    if isinstance(subject, Malformed) and subject.code.startswith(("json.", "baking.")):
        raise ProblemError(_kind_of(subject.code), subject.message, code=subject.code)
    return subject


def read_document(data: bytes, trust: Trust, limits: Limits, budget: Budget) -> Subject:
    """Read the JSON of a credential, or of a receipt with its file's digest; `ProblemError` where it is neither."""
    document = parse(data, max_bytes=limits.body_bytes)
    if not isinstance(document, dict):
        raise ProblemError(UNPROCESSABLE, "the body is a JSON object: a credential or a receipt")
    return _subject(document, trust, budget)


def read_batch(data: bytes, limits: Limits) -> list[JsonValue]:
    """Read ``{"credentials": [...]}``, none of which is looked at yet; `ProblemError` where it is another thing."""
    document = parse(data, max_bytes=limits.large_body_bytes, max_depth=MAX_DEPTH + 2, max_values=limits.batch_values)
    items = document.get("credentials") if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(items, list) or not items:
        raise ProblemError(UNPROCESSABLE, 'a batch is {"credentials": [...]} with one credential at least')
    if len(items) > limits.batch_credentials:
        raise ProblemError(
            TOO_LARGE, f"{len(items)} credentials; at most {limits.batch_credentials}", code="batch.too_many"
        )
    return items


def read_item(item: JsonValue, trust: Trust, budget: Budget) -> Subject:
    """Read one of a batch: a credential, a receipt with a digest, or the text of a file. Never raises."""
    try:
        if isinstance(item, str):
            return read_subject(item.encode(), trust, budget=budget)
        if not isinstance(item, dict):
            return Malformed("format.not_an_object", "it is not a JSON object")
        return _subject(item, trust, budget)
    except ProblemError as problem:
        return Malformed(problem.code or "format.malformed", problem.detail)
    except Exception as error:
        return incident(error)


def _subject(document: JsonObject, trust: Trust, budget: Budget) -> Subject:
    """Tell a receipt with its file's digest from a credential, by a member that no credential has."""
    if "receipt" not in document or "type" in document:
        return subject_of(document, trust, budget=budget)
    receipt, digest = document["receipt"], document.get("sha256")
    if not isinstance(receipt, dict) or document.keys() - _WRAPPER:
        raise ProblemError(UNPROCESSABLE, 'a receipt is sent as {"receipt": {...}, "sha256": "<64 hex digits>"}')
    found = subject_of(receipt, trust, file_digest=None if digest is None else _digest(digest), budget=budget)
    return not_a_receipt(found) if isinstance(found, CredentialSubject) else found


def parse(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, max_values: int | None = None) -> JsonValue:
    """Parse a body. Raises `ProblemError`: ``not-json``, or ``too-large``."""
    try:
        return loads(data, max_bytes=max_bytes, max_depth=max_depth, max_values=max_values)
    except InputError as error:
        raise ProblemError(_kind_of(error.code), str(error), code=error.code) from error


def _kind_of(code: str) -> ProblemKind:
    """Give the problem that an unreadable file is."""
    if code in ("json.too_large", "json.too_many", "baking.picture_too_large", "baking.payload_too_large"):
        return TOO_LARGE
    if code.startswith(("baking.is_", "baking.unknown")):
        return MEDIA_TYPE
    return NOT_JSON if code.startswith("json.") else UNPROCESSABLE


def _digest(text: JsonValue) -> Digest:
    try:
        if isinstance(text, str):
            return Digest.from_hex(text if text.startswith("0x") else "0x" + text)
    except InputError:
        pass
    raise ProblemError(UNPROCESSABLE, "sha256 is the file's SHA-256 in 64 hex digits", code="receipt.digest")
