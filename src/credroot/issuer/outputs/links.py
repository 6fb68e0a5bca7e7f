"""Links that a learner can share: the private link to a credential, and LinkedIn's form filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from credroot.core.errors import InputError
from credroot.credential.baking.private_link import fragment_of

if TYPE_CHECKING:
    from credroot.issuer.outputs.content import Content

_LINKEDIN = "https://www.linkedin.com/profile/add"


def check_page(address: str) -> str:
    """Give the verify page's address as links are made of it: http or https, no query, no fragment.

    Raises:
        InputError: ``output.page``.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise InputError(
            f"{address!r} is no address of a verify page, such as https://verify.example/", code="output.page"
        )
    return address if parts.path else f"{address}/"


def private_link(page: str, content: Content) -> str:
    """Give the link that carries the whole credential to the verify page `page`, which never learns it from a log."""
    return f"{page}#{fragment_of(content.document)}"


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """What LinkedIn asks for about a licence or certification."""

    url: str
    """Opens LinkedIn's form with the fields filled in."""
    fields: dict[str, str]
    """The same, to be copied by hand: LinkedIn's own labels and the values."""


def add_to_profile(content: Content, address: str) -> ProfileEntry:
    """Fill in LinkedIn's form; `address` is where others check the credential, and what LinkedIn will publish.

    A private link there would hand the whole credential over, to LinkedIn and to everybody who sees the profile.

    Source: LinkedIn, "Add to profile", parameters of profile/add.
    """
    issued, expires = content.issued, content.expires
    parameters = {
        "startTask": "CERTIFICATION_NAME",
        "name": content.skill,
        "organizationName": content.issuer,
        "issueYear": str(issued.year),
        "issueMonth": str(issued.month),
        **({"expirationYear": str(expires.year), "expirationMonth": str(expires.month)} if expires else {}),
        "certUrl": address,
        "certId": content.uuid,
    }
    labelled = {
        "Name": content.skill,
        "Issuing organization": content.issuer,
        "Issue date": f"{issued:%Y-%m}",
        "Expiration date": f"{expires:%Y-%m}" if expires else "",
        "Credential ID": content.uuid,
        "Credential URL": address,
    }
    fields = {name: value for name, value in labelled.items() if value}
    return ProfileEntry(f"{_LINKEDIN}?{urlencode(parameters)}", fields)
