"""The HTTP API: verdicts, batches and status for programs. Only here are FastAPI and pydantic."""
