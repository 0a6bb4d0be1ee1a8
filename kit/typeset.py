"""Documents on paper (PDF/A-2b): typst sets a template with the fonts of its own wheel."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst


def typeset(template: bytes, data: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a typst `template` that reads `json(bytes(sys.inputs.data))`. The same data give the same bytes.

    `at` is the document's date. What people wrote is data, never markup.
    """
    return bytes(
        typst.compile(
            template,
            format="pdf",
            pdf_standards="a-2b",
            timestamp=int(at.timestamp()),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data)},
        )
    )
