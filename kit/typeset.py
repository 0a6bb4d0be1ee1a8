"""Documents on paper (PDF/A, tagged): typst sets a template with the fonts of kit/fonts and of its own wheel."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import local
from typing import Any

import typst

# What every font we use certainly draws (a test sets them all); anything else is asked, once per character.
_EASY = re.compile("[^\n\r\t\x20-\x7e\xa0-\u017f\u2010-\u2014\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2212\u20ac]")
_REPLACEMENT = "\N{WHITE SQUARE}"
# TrueType: a checker of PDF/A reads them to the end, which it does not for the wheel's Libertinus Serif (CFF).
_FONTS = Path(__file__).parent / "fonts"
_kept = local()


def typeset(template: bytes, data: Mapping[str, Any], at: datetime, standard: str = "a-2b") -> bytes:
    """The PDF of a typst `template` that reads `json(bytes(sys.inputs.data))`. The same data give the same bytes.

    `at` is the document's date; `standard` as typst names it (`a-2b`, `a-3b`). What people wrote is data, never
    markup; a character that no font can draw (an emoji, say) becomes an empty square: PDF/A forbids to leave it out.
    """
    return bytes(
        _compiler().compile(
            template,
            format="pdf",
            pdf_standards=standard,
            timestamp=int(at.timestamp()),
            sys_inputs={"data": json.dumps(_drawable(data))},
        )
    )


def _compiler() -> Any:
    """This thread's compiler: it keeps the fonts, which is a third of the time of a page."""
    if not hasattr(_kept, "compiler"):
        _kept.compiler = typst.Compiler(ignore_system_fonts=True, font_paths=[_FONTS])
    return _kept.compiler


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        return _EASY.sub(lambda found: found.group() if _can_draw(found.group()) else _REPLACEMENT, value)
    if isinstance(value, Mapping):
        return {key: _drawable(one) for key, one in value.items()}
    return [_drawable(one) for one in value] if isinstance(value, list | tuple) else value


@cache
def _can_draw(character: str) -> bool:
    try:
        typst.compile(
            b"#sys.inputs.one",
            format="pdf",
            pdf_standards="a-3b",
            ignore_system_fonts=True,
            sys_inputs={"one": character},
        )
    except typst.TypstError:
        return False
    return True
