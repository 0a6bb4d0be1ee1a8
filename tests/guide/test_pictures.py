"""Take the pictures again, and look that each is there, light enough to be read over a slow line."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.guide.album import ALBUM, Picture
from tests.guide.conftest import WIDTH

FOLDER = Path(__file__).resolve().parents[2] / "docs/guide/images"
HEAVIEST = 120_000  # bytes
PALETTES = (128, 64, 32)  # colours, until it is light enough

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("CRRC_GUIDE" not in os.environ, reason="make guide takes the pictures of the guides"),
]


@pytest.mark.parametrize("picture", ALBUM, ids=lambda picture: picture.name)
def test_picture(picture: Picture, page_of: Callable[[str], Page]) -> None:
    page = page_of(picture.role)
    assert page.goto(f"/bretagne{picture.path}").ok  # type: ignore[union-attr]
    picture.way(page)
    page.wait_for_load_state("networkidle")
    content = light(page.screenshot(clip=clip(page, picture), full_page=True, animations="disabled"))
    (FOLDER / f"{picture.name}.png").write_bytes(content)
    assert len(content) < HEAVIEST


def clip(page: Page, picture: Picture) -> dict[str, float]:
    """What of the page is shown: no more than there is."""
    size = "document.documentElement.scrollHeight"
    top = page.locator(picture.top).first.bounding_box()["y"] - 16 if picture.top else 0  # type: ignore[index]
    height = min(picture.height, page.evaluate(size) - top)
    return {"x": 0, "y": top, "width": WIDTH, "height": height}


def light(content: bytes) -> bytes:
    """The same picture with as few colours as it takes to be light."""
    written = b""
    for colours in PALETTES:
        out = io.BytesIO()
        flat = Image.open(io.BytesIO(content)).convert("RGB")
        flat.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        written = out.getvalue()
        if len(written) < HEAVIEST:
            break
    return written
