"""What was signed and never anchored: credentials, endorsements, tokens, and drafts that nobody signed in the end."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from credroot.credential.badge.endorsement import endorsement
from credroot.credential.status.status_list import status_entry
from tests.campaigns.verifier_fuzz.fixed_points import (
    BEGUN,
    CONTEXT_OF_2020,
    FREE,
    FUTURE,
    LIST_OF_NAMED,
    NOT_SIGNED,
    PAST,
    TAKEN,
)
from tests.campaigns.verifier_fuzz.originals import (
    ANYONE,
    CONTEXTS,
    EVERYWHERE,
    W3C,
    BadgeMaker,
    Cover,
    Original,
    shown_of,
)
from tests.campaigns.verifier_fuzz.signing import Document, Signer, as_bytes, signed, token

if TYPE_CHECKING:
    from tests.campaigns.verifier_fuzz.estate import Estate


class SignedOriginals:
    """Everything of an estate that rests on signatures alone."""

    def __init__(self, estate: Estate, maker: BadgeMaker) -> None:
        """Sign with the keys of the estate's issuers what the maker makes."""
        self._estate = estate
        self._maker = maker
        self.originals: list[Original] = []
        self.drafts: list[Document] = []
        """Badges that the anchoring issuer signed and never anchored, unsigned here."""
        self._sign_everything()
        self._carry_tokens()

    def _sign_everything(self) -> None:
        named, nist = self._estate.named, self._estate.named_nist
        self._only_signed("signed active", named)
        self._only_signed("signed listed", named, credentialStatus=status_entry(LIST_OF_NAMED, FREE))
        revoked = status_entry(LIST_OF_NAMED, TAKEN)
        self._only_signed("signed revoked", named, holds=False, credentialStatus=revoked)
        self._only_signed("signed expired", named, holds=False, validUntil=PAST)
        self._only_signed("signed early", named, holds=False, validFrom=FUTURE)
        self._only_signed("signed unending proof", named, suite="eddsa-rdfc-2022", more={"expires": FUTURE})
        self._only_signed("signed ended proof", named, holds=False, more={"expires": PAST})
        self._only_signed(
            "signed 2020", named, suite="Ed25519Signature2020", **{"@context": [*CONTEXTS, CONTEXT_OF_2020]}
        )
        self._only_signed("signed ecdsa", nist, suite="ecdsa-rdfc-2019")
        self._only_signed("signed ecdsa expired", nist, suite="ecdsa-rdfc-2019", holds=False, validUntil=PAST)
        self._only_signed("signed jcs", named, suite="eddsa-jcs-2022")
        self._only_signed("signed jcs expired", named, suite="eddsa-jcs-2022", holds=False, validUntil=PAST)
        self._only_signed("signed ecdsa jcs", nist, suite="ecdsa-jcs-2019")
        self._only_signed("signed by a stranger", self._estate.stranger, valid_under=frozenset({ANYONE, W3C}))
        self._sign_twice()
        self._sign_an_endorsement()
        for _ in range(3):
            self.drafts.append(self._maker.badge(self._estate.university.did)[0])

    def _only_signed(
        self,
        name: str,
        signer: Signer,
        *,
        suite: str = "eddsa-rdfc-2022",
        holds: bool = True,
        valid_under: frozenset[str] = EVERYWHERE,
        more: Document | None = None,
        **changes: Any,
    ) -> None:
        document, shown = self._maker.badge(signer.did, **changes)
        finished = signed(document, signer, suite, **(more or {}))
        cover = Cover.JSON if "jcs" in suite else Cover.STATEMENTS
        self.originals.append(Original(name, as_bytes(finished), cover, document, shown, holds, valid_under))

    def _sign_twice(self) -> None:
        """Sign one by two issuers, and another by a chain of two proofs."""
        document, shown = self._maker.badge(self._estate.named.did)
        both = signed(signed(document, self._estate.named), self._estate.chamber)
        self.originals.append(Original("signed by two", as_bytes(both), Cover.STATEMENTS, document, shown))

    def _sign_an_endorsement(self) -> None:
        profile = {"id": self._estate.named.did, "type": ["Profile"], "name": "Academy"}
        about = "https://registrar.example.edu/achievements/1"
        document = endorsement(
            profile, about, endorsement_id="urn:uuid:e2", name="We hire by it", valid_from=BEGUN, comment="Indeed."
        )
        shown = shown_of(document, None, None, endorses=about)
        finished = signed(document, self._estate.named)
        self.originals.append(Original("endorsement", as_bytes(finished), Cover.STATEMENTS, document, shown))
        profile = {"id": self._estate.university.did, "type": ["Profile"], "name": "Example University"}
        document = endorsement(
            profile, about, endorsement_id="urn:uuid:e3", name="By who anchors", valid_from=BEGUN, comment="Indeed."
        )
        shown = shown_of(document, None, None, endorses=about)
        finished = signed(document, self._estate.university)
        self.originals.append(
            Original("endorsement by who anchors", as_bytes(finished), Cover.STATEMENTS, document, shown)
        )

    def _carry_tokens(self) -> None:
        for name, signer in (
            ("EdDSA", self._estate.named),
            ("ES256", self._estate.named_nist),
            ("RS256", self._estate.library),
        ):
            for form in ("text", "vc", "envelope", "proof"):
                self._carry(f"token {name} {form}", signer, form)
        self._carry("token expired", self._estate.named, "text", holds=False, validUntil=PAST)
        listed = status_entry(LIST_OF_NAMED, TAKEN)
        self._carry("token revoked", self._estate.named, "envelope", holds=False, credentialStatus=listed)

    def _carry(
        self,
        name: str,
        signer: Signer,
        form: str,
        *,
        holds: bool = True,
        **changes: Any,
    ) -> None:
        document, shown = self._maker.badge(signer.did, **changes)
        registered: Document = {"iss": signer.did, "jti": document["id"], "nbf": _seconds(document["validFrom"])}
        if "validUntil" in document:
            registered["exp"] = _seconds(document["validUntil"])
        claims = {**registered, "vc": document} if form == "vc" else {**document, **registered}
        written = token(claims, signer, {"alg": signer.key.algorithm, "kid": signer.method, "typ": "vc+jwt"})
        data, cover = written.encode(), Cover.TOKEN
        if form == "envelope":
            kind = "EnvelopedVerifiableCredential"
            data = as_bytes({"@context": CONTEXTS[:1], "type": kind, "id": f"data:application/vc+jwt,{written}"})
        elif form == "proof":
            data = as_bytes({**document, "proof": {"type": "JwtProof2020", "jwt": written}})
            cover = Cover.AROUND
        is_for_w3c = form == "envelope" and signer is not self._estate.library  # which takes no RSA
        where = EVERYWHERE if is_for_w3c else EVERYWHERE - NOT_SIGNED
        self.originals.append(
            Original(
                name,
                data,
                cover,
                claims,
                shown,
                holds,
                where,
                may_under=EVERYWHERE,  # anybody may put a token into an envelope
                wrapped=copy.deepcopy(document),
            )
        )


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
