"""``POST /credentials/verify`` and ``POST /presentations/verify`` of the W3C VC-API.

``verified`` here is the VC-API's word and not our verdict. It says that the document has the form of the data model,
that a Data Integrity proof of the key of the issuer that it names holds, or the JWT in an envelope, that it is valid
now, and that its status lists, where it has any, do not withdraw it. It does not say who that issuer is: whoever makes
a key can sign as the did:key of it. No chain is asked and no trust list, and an anchor proof is passed over. Whoever
wants to know whether to rely on a credential asks ``POST /v1/verify``.

A document that is not verified is answered with 400 and ``verified`` false, for so the W3C test suites ask it.

Source: W3C Verifiable Credentials API; problem types as in `credential.vc_problems`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.api.w3c.jobs import VcCredentialJob, VcPresentationJob
from credroot.app.api.w3c.requests import read_json_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.api.http.answers import Answer, Receive, Scope
    from credroot.app.api.http.request_body import BodyReader
    from credroot.app.api.limits import Limits
    from credroot.app.lane.lanes import Lane

VERIFY_CREDENTIAL = "/credentials/verify"
VERIFY_PRESENTATION = "/presentations/verify"


class VcVerifyRoutes:
    """The two routes that verify as the VC-API means it."""

    def __init__(
        self, lane: Lane, bodies: BodyReader, limits: Limits, *, charge: Callable[[Scope, float], bool]
    ) -> None:
        """Verify in `lane`; `charge` takes a cost from its client and says if there was room."""
        self._lane = lane
        self._bodies = bodies
        self._limits = limits
        self._charge = charge

    async def credential(self, scope: Scope, receive: Receive) -> Answer:
        """Verify ``{"verifiableCredential": {...}, "options": {...}}``: 200, or 400 and why not.

        Raises:
            ProblemError: the body can't be had or is too large, or there is no room for it.
        """
        data = await read_json_body(scope, receive, self._bodies)
        return (await self._lane.run(VcCredentialJob(data))).value

    async def presentation(self, scope: Scope, receive: Receive) -> Answer:
        """Verify ``{"verifiablePresentation": {...}, "options": {...}}`` as `credential` does.

        A presentation without a proof comes as ``presentation`` instead; only its credentials are verified then.
        """
        data = await read_json_body(scope, receive, self._bodies)
        share = self._limits.batch_rate_share
        job = VcPresentationJob(data)
        return (await self._lane.run(job, lambda files: self._charge(scope, share * files))).value
