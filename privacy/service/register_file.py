"""The register as files: CSV for a spreadsheet, JSON for a program, a paper."""

import csv
import json
from io import StringIO
from typing import Any

from privacy.rules.paper import paper, section
from privacy.rules.register import LABELS
from privacy.service.register import Line, Register

# A cell that begins so would be a formula for a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(found: Register) -> bytes:
    """One line a processing; UTF-8 with its mark, for spreadsheets. What looks like a formula is text."""
    file = StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([*LABELS.values(), "Version", "Depuis le"])
    for line in found.in_force:
        since = line.saved_at.date().isoformat() if line.saved_at else ""
        writer.writerow([*(_cell(text) for _, text in facts(line)), line.number or "", since])
    return file.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def as_json(found: Register) -> bytes:
    """Everything, with who answers for it."""
    content = {
        "controller": parties(found),
        "made_at": found.now.isoformat(),
        "processings": [
            {**line.processing.as_json(), "version": line.number, "kept": list(line.kept)} for line in found.in_force
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def as_paper(found: Register) -> dict[str, Any]:
    """The words of the PDF."""
    who = [(label, text) for label, text in _who(found) if text]
    parts = [section("Responsable du traitement", who)]
    parts += [section(line.processing.title, facts(line)[1:]) for line in found.in_force]
    lead = "Registre des activités de traitement (RGPD, article 30)."
    return paper(found.tenant.name, found.tenant.colour, "Registre des traitements", lead, parts)


def facts(line: Line) -> list[tuple[str, str]]:
    """(label, text) of a processing; the periods of the portal follow what it says of them."""
    said = []
    for name, label in LABELS.items():
        text = getattr(line.processing, name)
        said.append((label, "\n".join([text, *line.kept]) if name == "retention" else text))
    return said


def parties(found: Register) -> dict[str, str]:
    """Who answers, who hosts, as the portal's legal pages say it."""
    profile = found.profile
    return {
        "controller": found.tenant.name,
        "on_behalf_of": found.tenant.ars,
        "contact": found.tenant.contact_email,
        "dpo": " – ".join(filter(None, (profile.dpo_name, profile.dpo_email))) if profile else "",
        "host": ", ".join(filter(None, (profile.host_name, profile.host_address))) if profile else "",
    }


def _who(found: Register) -> list[tuple[str, str]]:
    said = parties(found)
    return [
        ("Responsable", f"{said['controller']}, avec {said['on_behalf_of']}"),
        ("Contact", said["contact"]),
        ("Délégué à la protection des données", said["dpo"]),
        ("Hébergeur", said["host"]),
    ]
