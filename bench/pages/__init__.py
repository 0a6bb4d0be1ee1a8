"""What the portal weighs: seconds to start, memory, the image's content, the pages, and Lighthouse's opinion of them.

`make bench-pages`, on the demonstration, in a folder of its own (.crrc-bench/pages). Keys of bench/out/pages.json:
`<process>.<cold|warm>.<seconds|processor>` until it is ready, without and with compiled code; `<process>.uss_mb` and
`.pss_mb` after 200 pages, or 50 notices; `image.<part>_mb`; `<page>.first_kb`, `.again_kb` as a browser transfers them
(aim: `heaviest_first_kb` ≤ 60); `<page>.<performance|accessibility|best-practices|seo>`, of 100. docs/figures.md shows
them; bench/out/lighthouse keeps the reports.
"""

import os
import subprocess
import sys
from pathlib import Path

from bench import database
from bench.pages import image, lighthouse, memory, people, starting, weights
from tests.notifications.post import free_port

CRRC = str(Path(sys.executable).parent / "crrc")


def run() -> dict[str, float]:
    """Every figure, the demonstration being made first when it is not there."""
    port = str(free_port())
    named = {"CRRC_HOME": str(database.HOME / "pages"), "CRRC_PORT": port, "CRRC_BASE_URL": f"http://127.0.0.1:{port}"}
    environment = {**os.environ, **named, "CRRC_SMTP_URL": "null:"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([CRRC, "demo", "--prepare-only"], env=environment, check=True, stdout=sys.stderr)
    figures: dict[str, float] = {}
    try:
        _keep(figures, starting.measure(environment))
        with starting.portal(environment) as processes, people.browsers(environment) as browsers:
            pages = people.main_pages(browsers)
            _keep(figures, memory.measure(environment, browsers, pages, processes))
            _keep(figures, weights.measure(browsers, pages))
            _keep(figures, lighthouse.measure(browsers, pages))
    finally:
        subprocess.run([CRRC, "stop"], env=environment, check=False)
    _keep(figures, image.measure())
    return figures


def _keep(figures: dict[str, float], more: dict[str, float]) -> None:
    """Say them at once: the next stage takes minutes."""
    figures |= more
    for name, figure in more.items():
        print(f"  {name:<40} {figure:>10.2f}", file=sys.stderr)
