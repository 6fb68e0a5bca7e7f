"""Endpoints without a network: an honest one, and those that lie, replay an old block, or say nothing.

They answer the requests of the real client, so that everything behind it is what runs in production.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.rpc.client import Rpc
from credroot.chain.rpc.deadline import Deadline
from credroot.chain.rpc.http_connection import HttpAnswer
from credroot.core.errors import ChainUnavailable

MAX_REMEMBERED = 5_000
"""Answers of a chain at rest that are kept, some kB each."""
_TAGS = ("latest", "safe", "finalized", "pending")


class InnerNode(Rpc):
    """An endpoint of a chain in this process. The chain is at rest, so each question is worked out once."""

    def __init__(self, chain: EmbeddedChain, name: str = "honest", remembered: dict[str, Any] | None = None) -> None:
        super().__init__(f"http://{name}.invalid/")
        self.chain = chain
        self.remembered: dict[str, Any] = {} if remembered is None else remembered

    def _post(self, body: bytes, deadline: Deadline, *, repeatable: bool) -> HttpAnswer:
        asked = json.loads(body)
        answers = [self._answer(one) for one in asked] if isinstance(asked, list) else self._answer(asked)
        return HttpAnswer(200, {}, json.dumps(answers).encode())

    def _answer(self, asked: Any) -> Any:
        key = json.dumps([asked["method"], asked["params"]])
        if key not in self.remembered:
            if len(self.remembered) >= MAX_REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = json.loads(self.chain.respond(json.dumps({**asked, "id": 0}).encode()))
        return {**copy.deepcopy(self.remembered[key]), "id": asked["id"]}


class Replayer(InnerNode):
    """An endpoint that takes an old block for the newest."""

    def __init__(self, honest: InnerNode, height: int) -> None:
        super().__init__(honest.chain, "replayer", honest.remembered)
        self._height = hex(height)

    def _answer(self, asked: Any) -> Any:
        if asked["method"] == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": asked["id"], "result": self._height}
        params = [self._height if one in _TAGS else one for one in asked["params"]]
        if asked["method"] in ("eth_call", "eth_getBlockByNumber"):
            return super()._answer({**asked, "params": params})
        return super()._answer(asked)


class Liar(InnerNode):
    """An endpoint that changes some of its answers."""

    def __init__(self, honest: InnerNode, rng: random.Random) -> None:
        super().__init__(honest.chain, "liar", honest.remembered)
        self._rng = rng
        self._lie = rng.choice(LIES)
        self._share = rng.choice((0.3, 1.0))

    def _answer(self, asked: Any) -> Any:
        answer = super()._answer(asked)
        return self._lie(answer, self._rng) if self._rng.random() < self._share else answer


class Silent(InnerNode):
    """An endpoint that is down."""

    def __init__(self, honest: InnerNode) -> None:
        super().__init__(honest.chain, "silent")

    def _post(self, body: bytes, deadline: Deadline, *, repeatable: bool) -> HttpAnswer:
        raise ChainUnavailable("nobody answers", code="chain.unreachable")


def _other_digits(answer: Any, rng: random.Random) -> Any:
    """Change one hex digit of a text somewhere in the result."""
    texts = [(holder, key) for holder, key, value in _texts(answer, "result") if value.startswith("0x") and value[2:]]
    if texts:
        holder, key = rng.choice(texts)
        text = holder[key]
        place = rng.randrange(2, len(text))
        holder[key] = text[:place] + rng.choice("0123456789abcdef") + text[place + 1 :]
    return answer


def _zeros(answer: Any, rng: random.Random) -> Any:
    """Say that nothing was ever withdrawn: every word that has one bit set is empty."""
    result = answer.get("result")
    if isinstance(result, str) and len(result) > 130:
        words = [result[start : start + 64] for start in range(2, len(result), 64)]
        told = ["0" * len(word) if len(word.strip("0")) == 1 and rng.random() < 0.5 else word for word in words]
        answer["result"] = "0x" + "".join(told)
    return answer


def _another_type(answer: Any, rng: random.Random) -> Any:
    answer["result"] = rng.choice(
        [None, True, 0, -1, 1.5, "", "0x", "0x0", [], {}, [[]], "0x" + "f" * 64, [None], 2**70]
    )
    return answer


def _member_of_another_type(answer: Any, rng: random.Random) -> Any:
    result = answer.get("result")
    if isinstance(result, dict) and result:
        result[rng.choice(sorted(result))] = rng.choice([None, True, 7, "", "0x", [], {}, [[{}]], "0x" + "0" * 64])
        return answer
    return _another_type(answer, rng)


def _refusal(answer: Any, rng: random.Random) -> Any:
    del answer["result"]
    return {**answer, "error": {"code": rng.choice([-32601, 3, -32000]), "message": rng.choice(["no", "\u202e", ""])}}


def _no_frame(answer: Any, rng: random.Random) -> Any:
    return rng.choice([None, [], {}, "x", {**answer, "id": "1"}, {**answer, "jsonrpc": "1.0"}, {**answer, "error": {}}])


LIES: tuple[Callable[[Any, random.Random], Any], ...] = (
    _other_digits,
    _other_digits,
    _zeros,
    _zeros,
    _another_type,
    _member_of_another_type,
    _refusal,
    _no_frame,
)


def _texts(holder: Any, key: Any) -> list[tuple[Any, Any, str]]:
    value = holder.get(key) if isinstance(holder, dict) else holder[key]
    if isinstance(value, str):
        return [(holder, key, value)]
    if isinstance(value, dict):
        return [found for name in value for found in _texts(value, name)]
    if isinstance(value, list):
        return [found for place in range(len(value)) for found in _texts(value, place)]
    return []
