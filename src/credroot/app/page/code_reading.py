"""Reading QR codes in a picture, in a process that does nothing else: decoders of pictures meet the bytes of strangers.

Run as ``python -m credroot.app.page.code_reading``: a picture on standard input, the text of each code on standard
output as one JSON list. Nothing else may be relied on: the process is ended when it takes too long or too much.
"""

from __future__ import annotations

import io
import json
import sys

MEMORY_BYTES = 2**30
DATA_BYTES = 300 * 2**20
"""Of those, what is no program: a picture of `MAX_PIXELS` and two copies of what is left of it."""
CPU_S = 8
MAX_PIXELS = 50_000_000
"""What the largest telephones take; it is made smaller before a code is looked for."""
MAX_SIDE = 3_000
"""Pixels: a code of 177 modules, the largest there is, has 17 pixels for each then."""
FORMATS = ("JPEG", "PNG", "WEBP")


def main() -> None:
    """Read one picture."""
    _bind()
    json.dump(texts_in(sys.stdin.buffer.read()), sys.stdout)


def texts_in(picture: bytes) -> list[str]:
    """Give the text of every QR code in a picture; any exception means that it is none that can be read."""
    import zxingcpp
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    image = Image.open(io.BytesIO(picture), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        return []
    image.draft("L", (MAX_SIDE, MAX_SIDE))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    found = zxingcpp.read_barcodes(paper.convert("L"), formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return [code.text for code in found]


def _bind() -> None:
    """Bound what this process may use, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = DATA_BYTES if hard == resource.RLIM_INFINITY else min(DATA_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, wanted))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
