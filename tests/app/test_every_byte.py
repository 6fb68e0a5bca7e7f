"""Campaign D: no byte of an issued file can be changed and leave it valid, unless the JSON says the same.

The short form changes every byte of one file twice. ``CREDROOT_LONG=1`` changes every byte of three files four times.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import credroot

if TYPE_CHECKING:
    import random

    from tests.workspaces import Workspace

FILES, CHANGES = (3, 4) if os.environ.get("CREDROOT_LONG") else (1, 2)
PAGE = 2_000


def says_the_same(changed: bytes, value: object) -> bool:
    try:
        return bool(json.loads(changed) == value)
    except (ValueError, RecursionError):
        return False


def mutants(original: bytes, rng: random.Random) -> list[bytes]:
    made = []
    for place, byte in enumerate(original):
        for other in rng.sample([value for value in range(256) if value != byte], CHANGES):
            made.append(original[:place] + bytes([other]) + original[place + 1 :])
    return made


def test_no_changed_byte_stays_valid(demonstrated: Workspace, rng: random.Random) -> None:
    tried = excepted = 0
    with credroot.open_verifier(demonstrated.folder) as verifier:
        for path in demonstrated.credentials[1 : 1 + FILES]:
            original = path.read_bytes()
            value = json.loads(original)
            assert verifier.verify(original).verdict is credroot.Verdict.VALID
            changed = mutants(original, rng)
            for start in range(0, len(changed), PAGE):
                page = changed[start : start + PAGE]
                for mutant, report in zip(page, verifier.verify_many((data, None) for data in page), strict=True):
                    tried += 1
                    if says_the_same(mutant, value):
                        excepted += 1
                        continue
                    assert report.verdict is not credroot.Verdict.VALID, mutant
    print(f"{tried} changed files, {excepted} of them with the same JSON value")
    assert tried > 5_000


def test_no_member_can_be_added_removed_or_moved(demonstrated: Workspace) -> None:
    document = json.loads(demonstrated.credentials[1].read_bytes())
    with credroot.open_verifier(demonstrated.folder) as verifier:

        def verdict(changed: object) -> credroot.Verdict:
            return verifier.verify(json.dumps(changed).encode()).verdict

        assert verdict(document) is credroot.Verdict.VALID
        assert verdict(dict(reversed(document.items()))) is credroot.Verdict.VALID  # the same JSON value
        assert verdict({**document, "name": "added"}) is not credroot.Verdict.VALID
        assert verdict({**document, "unknownTerm": "added"}) is not credroot.Verdict.VALID
        for member in document:
            left = {name: value for name, value in document.items() if name != member}
            assert verdict(left) is not credroot.Verdict.VALID, member
        signature, anchor = document["proof"]
        for proofs in ([signature], [anchor], [signature, anchor, anchor | {"created": "2026-01-01T00:00:00Z"}], []):
            assert verdict({**document, "proof": proofs}) is not credroot.Verdict.VALID
        for name in anchor:
            less = {member: value for member, value in anchor.items() if member != name}
            assert verdict({**document, "proof": [signature, less]}) is not credroot.Verdict.VALID, name
        other = json.loads(demonstrated.credentials[2].read_bytes())
        assert verdict({**document, "proof": other["proof"]}) is not credroot.Verdict.VALID
        assert verdict({**document, "proof": [signature, other["proof"][1]]}) is not credroot.Verdict.VALID
