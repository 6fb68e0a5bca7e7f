"""The rules by number: what each says, how grave it is and why it is there. Numbers are never used again.

L1xx the events among themselves, S2xx the chain's state, H3xx blocks and receipts, R4xx rosters and files, A5xx what is
allowed but odd, C6xx the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """Something is not as it must be: a lie, a loss, or a mistake."""
    WARNING = "warning"
    """Allowed, but somebody should be able to say why."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    number: str
    severity: Severity
    title: str
    """What is the case where it applies."""
    why: str
    """What it may mean."""


_ERRORS = (
    ("L101", "Sequence with a gap", "The contract numbers an issuer's batches without a gap: an event is missing."),
    ("L102", "Batch anchored twice", "The contract anchors a root once: an event was invented or doubled."),
    ("L103", "Event of an unknown batch", "Its anchoring is missing, or the event was invented."),
    ("L104", "Status changed to what it was", "The contract reports changes only: an event is missing or invented."),
    ("L105", "Status beyond the last credential", "The contract refuses it: the event was altered or invented."),
    ("L106", "Done by a key without the role", "The contract refuses it: a key's event is missing, or it is invented."),
    ("L107", "Nonce out of order", "Nonces go up one by one: an event is missing or invented."),
    ("L108", "Key change that is refused", "The contract refuses it: an event is missing, altered or invented."),
    ("L109", "Ratified without distrust", "The contract refuses it: a distrust is missing, or this is invented."),
    ("L110", "Accreditation that ends before it begins", "The contract refuses it: the event was altered or invented."),
    ("S201", "Count differs from the chain", "The list of the issuer's batches is not complete, or has one too many."),
    ("S202", "Batch differs from the chain", "An event about the batch is missing, altered or invented."),
    ("S203", "Status differs from the chain", "A withdrawal is missing, altered or invented."),
    ("S204", "Key differs from the chain", "An event about the key is missing, altered or invented."),
    ("S205", "Accreditation differs from the chain", "An event about it is missing, altered or invented."),
    ("S206", "Profile differs from the chain", "An event about it is missing, altered or invented."),
    ("S207", "Nonce differs from the chain", "A used nonce is missing or invented."),
    ("S208", "Storage differs from the events", "The events do not add up to the contract's storage."),
    ("S209", "Proof of the state fails", "The endpoint gave nodes that do not lead to what it says."),
    ("S210", "Code differs in the proven state", "The contract at this address is not the one that was pinned."),
    ("H301", "Event that the block has not", "It was invented, or moved here from somewhere else."),
    ("H302", "Event that was left out", "The block has it and the endpoint's list of logs does not."),
    ("H303", "Event that was altered", "At this place the block has an event with another content."),
    ("H305", "Receipts of another block", "They do not hash to the block's receipts root."),
    ("H306", "Header that does not hash", "Its members are not those of the block that it is said to be."),
    ("H307", "Block of another chain", "The block's hash or parent is not what it was when the index was made."),
    ("R401", "Row of a roster that is not anchored", "The person has no credential that counts."),
    ("R405", "Credential altered since it was anchored", "The file is not the one that the root stands for."),
    ("R406", "Anchored by a distrusted key", "The issuer does not stand by what this key anchored then."),
    ("R408", "Manifest differs from the chain", "The manifest's batch was anchored otherwise, or not at all."),
    ("R409", "Credential without a file", "The manifest has an entry whose file is not there."),
    ("R411", "Row and credential are of different people", "The manifest joins them; the salted hash does not."),
    ("C601", "Code is not our build", "Nothing that is known of the registry holds for this contract."),
    ("C602", "Deployment is another one", "The transaction did not create this contract at this block from our code."),
    ("C603", "Code that can hand over control", "With such an instruction a contract can be changed or destroyed."),
    ("C604", "Function beyond the interface", "The build has an entry that no document names."),
)  # fmt: skip
_WARNINGS = (
    ("R402", "Batch that no roster or manifest knows", "Credentials exist that the files don't show."),
    ("R403", "Revoked though listed", "The roster still lists a person whose credential is withdrawn for ever."),
    ("R404", "Suspended though listed", "The roster still lists a person whose credential is withdrawn for now."),
    ("R407", "Anchored outside an accreditation", "No accreditation covered the issuer at that time."),
    ("R410", "Credential without a row", "It is anchored, and the roster has nobody for it."),
    ("H304", "Blocks that could not be proved", "This chain's headers or receipts are not of a known form."),
    ("A501", "Burst of batches", "Many batches in an hour: a script gone wrong, or a stolen key at work."),
    ("A502", "Anchored right after its key was added", "What an intruder with an admin key does first."),
    ("A503", "Withdrawn right after anchoring", "A mistake that was mended, or a key that was misused."),
    ("A504", "Anchored after an accreditation expired", "The endorsement that people go by no longer held."),
    ("A506", "Whole batch withdrawn", "It concerns everybody in it."),
    ("A507", "Key distrusted", "The issuer declared a key stolen or misused."),
    ("A509", "Issued long before it was anchored", "The date in the file and the date on the chain are far apart."),
    ("A510", "Dated after it was anchored", "The file says that it was made later than the chain says it was there."),
)  # fmt: skip
_NOTES = (
    ("A505", "Batch of one", "Its root says who got it when to anybody who knows; mixing with others hides it."),
    ("A508", "Anchored by an admin key", "The key that can replace all others is best kept cold."),
    ("A511", "Suspended for long", "A suspension is for the time being; somebody may have forgotten it."),
)

RULES: dict[str, Rule] = {
    number: Rule(number, severity, title, why)
    for severity, rules in ((Severity.ERROR, _ERRORS), (Severity.WARNING, _WARNINGS), (Severity.NOTE, _NOTES))
    for number, title, why in rules
}
"""Number -> rule."""
