"""What mutants of JSON-LD write: what is not seen, identifiers that are none, keywords, members, contexts and types."""

from __future__ import annotations

UNSEEN = (
    *("\x85", "\xa0", "\xad", "\u1680", "\u180e", "\u2000", "\u2003", "\u2009", "\u200b", "\u200d", "\u200e"),
    *("\u2028", "\u2029", "\u202a", "\u202e", "\u202f", "\u205f", "\u2060", "\u2066", "\u3000", "\u3164", "\ufeff"),
    *(" ", "\t", "\n", "\x00", "\x1c", "\x1f", "\x7f", "\ue000", "\ufdd0", "\ufffd", "\uffff", "\U000e0020"),
)
"""White space of every class, what reorders or hides, controls, private use, noncharacters."""
BAD_IRIS = (
    *("", "x", "/x", "//x/y", "#x", "?x", "_:b0", ":x", "@id", "@type", "@none", "@x", "1:x", "urn:%zz", "a b:c"),
    *(
        "type",
        "id",
        "name",
        "VerifiableCredential",
        "xsd:x",
        "sec:x",
        "cred:x",
        "ob:x",
        "did",
        "urn:x#a#b",
        "http://[x",
    ),
)
KEYWORDS = (
    *("@graph", "@included", "@reverse", "@nest", "@index", "@json", "@none", "@base", "@vocab", "@import", "@list"),
    *("@set", "@value", "@language", "@direction", "@type", "@id", "@context", "@propagate", "@protected", "@x"),
)
NAMES = (
    *("Criteria", "Image", "Profile", "Achievement", "Address", "criteria", "image", "name", "issuer", "validUntil"),
    *("expirationDate", "issuanceDate", "validFrom", "credentialStatus", "credentialSubject", "evidence", "proof"),
    *(
        "verifiableCredential",
        "holder",
        "narrative",
        "description",
        "identifier",
        "achievement",
        "result",
        "endorsement",
    ),
    *("cred:validUntil", "https://www.w3.org/2018/credentials#validUntil", "https://schema.org/name", "schema:name"),
    *("awardedDate", "termsOfUse", "relatedResource", "confidenceMethod", "renderMethod", "refreshService", "url"),
)
CONTEXTS = (
    *("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"),
    *(f"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.{number}.json" for number in (1, 2, 3)),
    *(
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ),
    *("https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/data-integrity/v1"),
    *("https://www.w3.org/ns/credentials/undefined-terms/v2", "https://www.w3.org/ns/credentials/undefined-term/v2"),
    *("https://w3id.org/security/multikey/v1", "https://www.w3.org/ns/did/v1", "https://evil.example/context"),
)
XSD = ("http://www.w3.org/2001/XMLSchema#", "https://www.w3.org/2001/XMLSchema#")
TYPES = (
    *("https://www.w3.org/2018/credentials#VerifiableCredential", "AchievementCredential", "OpenBadgeCredential"),
    *("https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential", "cred:VerifiableCredential", "criteria"),
    *("https://www.w3.org/ns/credentials/status#BitstringStatusListEntry", "EndorsementCredential", "Profile"),
    *("https://purl.imsglobal.org/spec/vc/ob/vocab.html#EndorsementCredential", "VerifiableCredential", "Criteria"),
)
