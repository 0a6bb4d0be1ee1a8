"""The style guide: every component with realistic content, and one page of each kind. Embedded and development only."""

from functools import cache
from pathlib import Path
from typing import Any

import segno
import yaml
from markupsafe import Markup

SAMPLE = Path(__file__).parent / "templates" / "styleguide" / "sample.yaml"

# Page -> who is looking at it. "index" is the list of components, templates/styleguide.html.
PAGES = {
    "index": "manager",
    "home": "nobody",
    "campaign": "nobody",
    "candidacy": "manager",
    "section": "manager",
    "submitted": "manager",
    "conflict": "manager",
    "empty": "manager",
    "files": "instructor",
    "file": "instructor",
    "audience": "instructor",
    "release": "instructor",
    "pulse": "instructor",
}


@cache
def sample() -> dict[str, Any]:
    """The sample data, as templates/styleguide/sample.yaml writes it."""
    loaded: dict[str, Any] = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    return loaded


def template(page: str) -> str:
    """The template of a page of PAGES."""
    return "styleguide.html" if page == "index" else f"styleguide/{page}.html"


def context(page: str) -> dict[str, Any]:
    """Everything the template of `page` takes, except what every page gets (csp_nonce, csrf_token, asset)."""
    data = sample()
    viewer = data.get(PAGES[page], {"user": None, "nav": []})
    return (
        data["chrome"]
        | viewer
        | {"s": data | {"heat": heat(data["audience"]), "qr": qr(data["receipt"]["verify_url"])}, "pages": PAGES}
    )


def heat(audience: dict[str, Any]) -> dict[str, Any]:
    """What macro heat_table takes: figures by (département, category), and their totals."""
    columns = [code for code, _ in audience["columns"]]
    cells = {
        (row, column): figure
        for row, figures in audience["cells"].items()
        for column, figure in zip(columns, figures, strict=True)
    }
    return {
        "cells": cells,
        "row_totals": {row: sum(figures) for row, figures in audience["cells"].items()},
        "column_totals": {code: sum(cells[row, code] for row, _ in audience["rows"]) for code in columns},
        "grand_total": sum(cells.values()),
    }


def qr(address: str) -> Markup:
    """A QR code as inline SVG, without colours of its own."""
    return Markup(segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True))  # noqa: S704 (our own drawing)
