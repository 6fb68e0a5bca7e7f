"""The shapes of what goes over the wire, for the documentation and for the answers of the GET routes.

The verdict routes don't use these models: a report is written as it is, and a test compares both.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

Hex20 = Annotated[str, Field(pattern="^0x[0-9a-f]{40}$", examples=["0x1111111111111111111111111111111111111111"])]
Hex32 = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$")]
Moment = Annotated[str, Field(description="RFC 3339, UTC, whole seconds.", examples=["2026-06-30T12:00:00Z"])]


class Wire(BaseModel):
    """What all shapes have in common: strict, complete, camel case on the wire."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        serialize_by_alias=True,
        validate_by_name=True,
    )


class CheckWire(Wire):
    """One question about a credential, answered."""

    id: str = Field(description="The question; stable.", examples=["inclusion"])
    outcome: Literal["passed", "failed", "unknown", "skipped", "warning"]
    code: str = Field(description="The answer; stable.", examples=["inclusion.ok"])
    message: str = Field(description="One plain sentence; its wording may change.")
    required: bool = Field(description="Whether a verdict of valid needs this check.")
    details: dict[str, JsonValue] | None = None


class BasisWire(Wire):
    """What facts rest on, beyond one endpoint's word."""

    proven: bool = Field(description="Whether each fact was shown by hashes from the block's state root on.")
    agreeing: int | None = Field(None, description="Endpoints that must have said the same.")
    pinned_by: str | None = Field(None, description="Who vouches for the block of saved evidence.")


class FactsNetworkWire(Wire):
    """Where and when the facts were read: they are as of this block, and not younger."""

    name: str = Field(examples=["local"])
    chain: str = Field(description="CAIP-2.", examples=["eip155:1129465156"])
    registry: Hex20
    block: int | None = None
    block_time: int | None = Field(None, description="Seconds since 1970.")
    block_hash: Hex32 | None = Field(None, description="Where more than one endpoint's word vouches for the block.")
    basis: BasisWire | None = Field(None, description="What the facts rest on; absent for one endpoint's word.")


class ReportWire(Wire):
    """What was found out about one credential or receipt."""

    format: Literal["credroot/report/v1"]
    verdict: Literal["valid", "invalid", "indeterminate"]
    checks: list[CheckWire]
    credential: dict[str, JsonValue] | None = Field(
        None, description="What it says, in words for people; as far as the checks cover it."
    )
    network: FactsNetworkWire | None = None
    notices: list[str] | None = Field(None, description="Sentences that stand beside any verdict.")


class IndexedReportWire(ReportWire):
    """A report, and which of the request's credentials it is of."""

    index: int


class ReportsWire(Wire):
    """The reports of a batch, in the order of the request."""

    format: Literal["credroot/verify/v1"]
    reports: list[IndexedReportWire]


class ReceiptRequestWire(Wire):
    """A receipt, with the digest of the file that it is said to be of. The file itself stays where it is."""

    receipt: dict[str, JsonValue] = Field(description="credroot/receipt/v1")
    sha256: str | None = Field(None, description="64 hex digits; without it the verdict stays open.")


class BatchRequestWire(Wire):
    """Many credentials; each an object, a receipt with a digest, or a string with a file's text."""

    credentials: list[JsonValue] = Field(min_length=1, max_length=1000)


class AnchorWire(Wire):
    """One anchored batch. Key, time and leaf count never change."""

    key: Hex20 = Field(description="The account that anchored it: the issuer itself or an operator.")
    anchored_at: Moment
    leaf_count: int
    revoked: bool
    suspended: bool
    ratified: bool
    distrusted: bool = Field(description="The issuer distrusts the key from before the batch was anchored.")
    final: bool | None = Field(description="Whether it is there for good; null where the endpoint can't say.")


class BatchWire(Wire):
    """What the registry says about a batch."""

    format: Literal["credroot/batch-facts/v1"] = "credroot/batch-facts/v1"
    network: FactsNetworkWire
    issuer: Hex20
    root: Hex32
    batch: AnchorWire
    profile: Hex32 | None = Field(description="Digest of the profile document that the issuer's account set.")
    notices: list[str]


class StatusWire(Wire):
    """What the registry says about one credential of a batch."""

    format: Literal["credroot/status-facts/v1"] = "credroot/status-facts/v1"
    network: FactsNetworkWire
    issuer: Hex20
    root: Hex32
    index: int
    status: Literal["active", "suspended", "revoked", "distrusted"]
    batch: AnchorWire
    notices: list[str]


class RegistryReadinessWire(Wire):
    """Whether one pinned registry can be read, with the right chain id and code."""

    network: str
    chain: str
    registry: Hex20
    ready: bool
    block: int | None = None
    code: str | None = Field(None, description="Why not.", examples=["chain.unreachable", "chain.wrong_code"])


class ReadinessWire(Wire):
    """Whether this server can give verdicts."""

    ready: Literal[True]
    registries: list[RegistryReadinessWire]


class HealthWire(Wire):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class ProblemWire(BaseModel):
    """Problem details of RFC 9457; some kinds have further members."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    type: str = Field(description="Relative URL of a text about this kind.", examples=["/problems/not-json"])
    title: str
    status: int
    detail: str | None = None
    code: str | None = Field(None, description="Which error exactly; stable.", examples=["json.duplicate_key"])
