"""The peers of the API: a FastAPI application that says hello, and a verifier as one would write it in an afternoon."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from tests.benchmarks.library import naive_proof_holds

app = FastAPI()


class Question(BaseModel):
    """A document, the options of its proof, its path as merkletools has it, and the root that is anchored."""

    document: dict[str, Any]
    options: dict[str, Any]
    steps: list[dict[str, str]]
    root: str


class Answer(BaseModel):
    """Whether the proof holds."""

    valid: bool


@app.get("/")
async def hello() -> dict[str, str]:
    """Say hello."""
    return {"message": "Hello World"}


@app.post("/verify")
async def verify(question: Question) -> Answer:
    """Check one proof."""
    holds = naive_proof_holds(question.document, question.options, question.steps, question.root)
    return Answer(valid=holds)
