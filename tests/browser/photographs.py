"""Pictures of QR codes that hold a private link, as cameras take them."""

from __future__ import annotations

import io

from PIL import Image, ImageFilter

from credroot.credential.baking.private_link import fragment_of
from tests.browser.reports import credential

LINK = f"https://verify.example/#{fragment_of(credential())}"


def code(text: str = LINK, *, scale: int = 5) -> Image.Image:
    import segno

    written = io.BytesIO()
    segno.make(text, error="l", boost_error=True, micro=False).save(written, kind="png", scale=scale, border=4)
    return Image.open(written).convert("L")


def encoded(image: Image.Image, kind: str = "JPEG", **options: int) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photograph(scale: int = 6) -> bytes:
    """Lay the code on a grey desk, askew, a little out of focus, and press it hard."""
    paper = code(scale=scale).rotate(7, expand=True, fillcolor=235, resample=Image.Resampling.BICUBIC)
    desk = Image.new("L", (paper.width + 300, paper.height + 500), 190)
    desk.paste(paper, (120, 260))
    return encoded(desk.filter(ImageFilter.GaussianBlur(1.0)), quality=70)
