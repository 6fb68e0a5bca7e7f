from __future__ import annotations

import pytest

from credroot.core.errors import InputError
from credroot.credential.rdf.contexts import OPEN_BADGES_3_0_3, VC_V2, PinnedContext, pinned_contexts


def test_an_unknown_context_is_refused_and_not_fetched():
    with pytest.raises(InputError) as refusal:
        pinned_contexts().get("https://example.org/context")
    assert refusal.value.code == "context.unknown"


def test_a_context_with_one_changed_byte_is_not_taken():
    pinned = pinned_contexts().get(VC_V2)
    with pytest.raises(InputError) as refusal:
        PinnedContext(VC_V2, pinned.sha256, pinned.data.replace(b"w3.org", b"w3.0rg", 1))
    assert refusal.value.code == "context.digest_mismatch"


def test_a_known_url_can_not_be_given_another_meaning():
    forged = b'{"@context": {}}'
    digest = "b6f17a9d7ae0ffc8ed7b8c8e2a8d4c6d7c3c1e8ae3e1d4b6a9c4fbd5e2a9a6a1"
    with pytest.raises(InputError):
        PinnedContext(VC_V2, digest, forged)
    import hashlib

    with pytest.raises(InputError) as refusal:
        pinned_contexts().with_contexts(PinnedContext(VC_V2, hashlib.sha256(forged).hexdigest(), forged))
    assert refusal.value.code == "context.digest_mismatch"


def test_the_context_of_vc_2_0_has_the_terms_of_the_specification():
    context = pinned_contexts().get(VC_V2).document()["@context"]
    assert {"VerifiableCredential", "DataIntegrityProof", "BitstringStatusListEntry"} <= set(context)


def test_each_load_gives_a_fresh_object_since_processors_write_into_it():
    pinned = pinned_contexts().get(OPEN_BADGES_3_0_3)
    pinned.document()["@context"] = {}
    assert pinned.document()["@context"] != {}
