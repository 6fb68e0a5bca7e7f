"""Pictures as files: what one release reads or refuses, every later one does."""

import base64
import json
from pathlib import Path

import pytest

from credroot.core.errors import InputError
from credroot.credential.baking.detect import read_credential_bytes

FILE = Path(__file__).parents[2] / "vectors" / "baking" / "pictures.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["description"])
def test_each_picture_is_read_or_refused_as_its_vector_says(vector):
    picture = base64.b64decode(vector["picture"])
    if vector["valid"]:
        assert read_credential_bytes(picture).payload.decode() == vector["payload"]
    else:
        with pytest.raises(InputError) as caught:
            read_credential_bytes(picture)
        assert caught.value.code == vector["code"]
