"""A portal's address and colour, and the paths inside it."""

import colorsys
import re
from collections.abc import Callable
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kit.errors import Invalid

WHITE_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: normal text, white on the colour and the colour on white alike
RESERVED = frozenset(
    {"account", "admin", "api", "assets", "crrc", "docs", "favicon", "healthz", "mail", "metrics", "new", "platform"}
    | {"public", "pulse", "readyz", "receipt", "receipts", "robots", "sign-in", "sign-out", "static", "styleguide"}
    | {"verify", "webhook", "webhooks", "well-known", "www"}
)
_SLUG = re.compile(r"[a-z](?:-?[a-z0-9]){1,39}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def check_slug(slug: str) -> str:
    """The portal's address, when it can be one. Raises Invalid (field `slug`)."""
    fault = None
    if not _SLUG.fullmatch(slug):
        fault = (
            "L’adresse du portail s’écrit avec 2 à 40 lettres minuscules sans accent, chiffres et tirets, et commence "
            "par une lettre, par exemple pays-de-la-loire."
        )
    elif slug in RESERVED:
        fault = f"L’adresse «\xa0{slug}\xa0» est réservée au logiciel."
    if fault:
        raise Invalid(fault, {"slug": fault})
    return slug


def contrast_with_white(colour: str) -> float:
    """WCAG contrast ratio, 1 to 21, of #rrggbb with white."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def nearest_readable(colour: str) -> str:
    """The lightest colour of the same hue and saturation whose contrast with white is at least 4.5."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    shade = _shades(hue, saturation)
    if contrast_with_white(colour) >= WHITE_CONTRAST:
        return colour
    dark, light = 0.0, lightness
    while light - dark > 0.001:
        middle = (dark + light) / 2
        dark, light = (middle, light) if contrast_with_white(shade(middle)) >= WHITE_CONTRAST else (dark, middle)
    return shade(dark)


def _shades(hue: float, saturation: float) -> Callable[[float], str]:
    def shade(lightness: float) -> str:
        channels = colorsys.hls_to_rgb(hue, lightness, saturation)
        return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)

    return shade


def read_colour(text: str) -> str | None:
    """What is typed as #rrggbb, whatever its contrast; None when it is no colour. `#` may be left out."""
    wanted = f"#{text.strip().lower().removeprefix('#')}"
    return wanted if _COLOUR.fullmatch(wanted) else None


def check_colour(colour: str) -> str:
    """The colour as #rrggbb. Raises Invalid (field `colour`): with the nearest that passes when it is too light."""
    wanted = read_colour(colour)
    if wanted is None:
        fault = "Une couleur s’écrit #rrvvbb, par exemple #0b4f6c."
        raise Invalid(fault, {"colour": fault})
    contrast = contrast_with_white(wanted)
    if contrast < WHITE_CONTRAST:
        figure = f"{int(contrast * 10) / 10:.1f}".replace(".", ",")
        fault = (
            f"La couleur {wanted} est trop claire\N{NO-BREAK SPACE}: son contraste avec le blanc est de {figure}, il "
            f"en faut 4,5. La plus proche qui convient est {nearest_readable(wanted)}."
        )
        raise Invalid(fault, {"colour": fault})
    return wanted


def check_zone(zone: str) -> str:
    """An IANA time zone. Raises Invalid (field `zone`)."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fault = f"Ce fuseau horaire n’existe pas\N{NO-BREAK SPACE}: {zone}. Écrivez par exemple Europe/Paris."
        raise Invalid(fault, {"zone": fault}) from None


def sign_in_path(slug: str, secret: str) -> str:
    """The page of a sign-in link."""
    return f"/{slug}/sign-in/{secret}"


def local_path(path: str, slug: str) -> str:
    """`path` when it surely leads inside the portal `slug`, else the portal's home: where to land after signing in."""
    home = f"/{slug}/"
    place = unquote(path.partition("?")[0].partition("#")[0])
    inside = path.startswith(home) and place.startswith(home)
    strange = len(path) > 2000 or "\\" in unquote(path) or bool(re.search(r"[\x00-\x1f\x7f]", unquote(path)))
    if not inside or strange or "//" in place or not {".", ".."}.isdisjoint(place.split("/")):
        return home
    return path
