"""Writes the vectors of core: ``python -m tests.core.vector_maker``. A second run changes nothing.

Every accepted value stands beside its nearest refusals. The expected codes are written here by hand, and are not taken
from the code under test; leaves, paths and roots come from merkletools and hashlib.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.core.vectors import FOLDER
from tests.core.vectors_of_credentials import credential_vectors
from tests.core.vectors_of_json import json_vectors
from tests.core.vectors_of_proof_values import proof_vectors
from tests.core.vectors_of_receipts import receipt_vectors
from tests.core.vectors_of_trees import merkle_vectors


def all_vectors() -> dict[Path, str]:
    """Give the text of every vector file by its path."""
    kinds: dict[str, dict[str, dict[str, Any]]] = {
        "merkle": merkle_vectors(),
        "proof": proof_vectors(),
        "credential-leaf": credential_vectors(),
        "receipt": receipt_vectors(),
        "json": json_vectors(),
    }
    return {
        FOLDER / kind / f"{name}.json": json.dumps(vector, indent=2) + "\n"
        for kind, named in kinds.items()
        for name, vector in named.items()
    }


def main() -> None:
    """Write all files."""
    for path, text in all_vectors().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
