"""A logo that somebody sends: read by pillow, made small, written again. What is kept was never anybody's file."""

import io
import warnings

from PIL import Image, ImageOps

from kit.errors import Invalid
from kit.french import NBSP

FORMATS = ("PNG", "JPEG", "WEBP")
LARGEST_FILE = 4_000_000
MOST_PIXELS = 16_000_000  # of the picture that is sent: 64 MB once open
BOX = (640, 176)  # four times the place it has in the header: sharp on paper too


def logo_png(content: bytes) -> bytes:
    """The picture as a PNG that fits BOX, without its metadata. Raises Invalid (field `logo`).

    Only the header is read before its size is known: a picture of a million pixels a side is refused unopened.
    """
    if not content:
        raise _refusal("Choisissez une image.")
    if len(content) > LARGEST_FILE:
        raise _refusal(f"Cette image dépasse 4 Mo{NBSP}: réduisez-la.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pillow warns of what may be a bomb
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise _refusal(f"Cette image a trop de points{NBSP}: 16 millions au plus.")
                return _written(image)
    except Invalid:
        raise
    except Exception:  # a decoder of pictures may raise anything
        raise _refusal("Ce fichier n’est pas une image PNG, JPEG ou WebP que l’on puisse lire.") from None


def _written(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    bare = Image.new("RGBA", upright.size)
    bare.paste(upright.convert("RGBA"))
    bare.thumbnail(BOX, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    bare.save(written, "PNG", optimize=True)
    return written.getvalue()


def _refusal(sentence: str) -> Invalid:
    return Invalid("Le logo n’est pas enregistré.", {"logo": sentence})
