"""What a signature says of the anchor that belongs to it: the ``domain`` among the options of an issuer's proof.

    did:pkh:eip155:137:0x<registry>?issuer=0x<account>

The Ed25519 proof is made before the anchor and does not cover it, so whoever takes the anchor away breaks nothing that
is signed. With this word in its options the signature itself tells that the file once had one, and where.

Source: W3C Verifiable Credential Data Integrity 1.0, section 2.1 (``domain``); did:pkh for the form of an account.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from credroot.core.values import Address, ChainId

if TYPE_CHECKING:
    from credroot.core.anchor.proof_value import AnchorClaim
    from credroot.core.json.types import JsonObject

_FORM: Final = re.compile(r"did:pkh:eip155:([1-9][0-9]{0,15}):0x([0-9a-fA-F]{40})\?issuer=0x([0-9a-fA-F]{40})")


class AnchorPlace(NamedTuple):
    """A registry, and the account in whose name something is anchored there."""

    chain_id: ChainId
    registry: Address
    issuer: Address

    @classmethod
    def of(cls, claim: AnchorClaim) -> AnchorPlace:
        """Return the place that an anchor proof names."""
        return cls(claim.chain_id, claim.registry, claim.issuer)

    @property
    def domain(self) -> str:
        """The place as the ``domain`` of a proof."""
        return f"did:pkh:{self.chain_id.caip2}:0x{self.registry.hex()}?issuer=0x{self.issuer.hex()}"


def anchor_places(document: JsonObject) -> frozenset[AnchorPlace]:
    """Return every place that the ``domain`` of some proof of `document` names; any other domain says nothing here.

    Nothing is verified: whoever relies on a signature checks it, and one whose domain was changed does not hold.
    """
    return frozenset().union(*_by_proof(document))


def missing_places(document: JsonObject, chosen: AnchorPlace | None = None) -> frozenset[AnchorPlace]:
    """Return where proofs say that it is anchored which do not name `chosen`, each for itself.

    Anybody may add a proof that names another place; that takes nothing away from what the others say.
    """
    return frozenset().union(*(places for places in _by_proof(document) if chosen not in places))


def is_named_by_all(document: JsonObject, place: AnchorPlace) -> bool:
    """Return whether every proof of `document` names `place`: then whichever of them is the issuer's does."""
    named = _by_proof(document)
    return bool(named) and all(place in places for places in named)


def _by_proof(document: JsonObject) -> list[frozenset[AnchorPlace]]:
    listed = document.get("proof")
    proofs = listed if isinstance(listed, list) else [] if listed is None else [listed]
    return [places_of(proof) if isinstance(proof, dict) else frozenset() for proof in proofs]


def places_of(proof: JsonObject) -> frozenset[AnchorPlace]:
    """Return the places that one proof names, as `anchor_places` does."""
    return _places(proof["domain"]) if "domain" in proof else frozenset()


def _places(domain: object) -> frozenset[AnchorPlace]:
    texts = domain if isinstance(domain, list) else [domain]
    matches = (_FORM.fullmatch(text) for text in texts if isinstance(text, str))
    return frozenset(
        AnchorPlace(ChainId(int(match[1])), Address(bytes.fromhex(match[2])), Address(bytes.fromhex(match[3])))
        for match in matches
        if match is not None
    )
