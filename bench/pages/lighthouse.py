"""What Lighthouse thinks of five pages: a middling phone on a slow line, as it simulates them."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.pages.people import Browsers, MainPage

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "out" / "lighthouse"
PROGRAM = HERE / "node_modules/.bin/lighthouse"
# The public page, an applicant's list of tasks and form, the instruction's list, a dashboard.
SEEN = ("accueil", "esms-dossier", "esms-rubrique", "ars-dossiers", "grades-facturation")


def measure(everybody: Browsers, pages: list[MainPage]) -> dict[str, float]:
    """Of each page, every category's score, of 100."""
    _install()
    OUT.mkdir(parents=True, exist_ok=True)
    figures: dict[str, float] = {}
    for page in (one for one in pages if one.name in SEEN):
        said = _look(everybody, page)
        figures |= {f"{page.name}.{name}": 100 * one["score"] for name, one in said["categories"].items()}
    return figures


def _look(everybody: Browsers, page: MainPage) -> dict[str, Any]:
    cookies = everybody.cookies(page.role)
    known = [f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []
    told = ["--quiet", "--output=json", "--output=html", f"--output-path={OUT / page.name}", *known]
    flags = ["--chrome-flags=--headless=new --no-sandbox --disable-gpu", "--locale=fr"]
    environment = os.environ | {"CHROME_PATH": everybody.path}
    subprocess.run([PROGRAM, page.address, *told, *flags], env=environment, check=True, stdout=subprocess.DEVNULL)
    report: dict[str, Any] = json.loads((OUT / f"{page.name}.report.json").read_text())
    return report


def _install() -> None:
    """Its packages in this folder, as package-lock.json says; a blink when they are there."""
    stamp = HERE / "node_modules/.stamp"
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != lock:
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=HERE, check=True)
        stamp.write_text(lock)
