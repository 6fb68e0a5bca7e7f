"""The HTTP API: verdicts, batches and status for programs. The only package that knows FastAPI, uvicorn and pydantic."""
