"""Memory of each process once it has worked: 200 pages of the five people, 50 notices."""

import time

import psutil

from bench import measured
from bench.pages.people import Browsers, MainPage
from bench.pages.starting import everybody

PAGES, NOTICES = 200, 50


def measure(
    environment: dict[str, str], browsers: Browsers, pages: list[MainPage], processes: dict[str, psutil.Process]
) -> dict[str, float]:
    """Megabytes (of 1,000,000 bytes): what would come back if it ended (USS), and its part of what is shared (PSS).

    Of the web: its processes' mean, then the one above them.
    """
    for number in range(PAGES):
        page = pages[number % len(pages)]
        with browsers.asking(page.role) as asked:
            assert asked.get(page.address).ok, page
    measured.answers("bench.pages.notices", str(NOTICES), environment=environment)
    time.sleep(6)  # a beat of the clock and of the hearts
    figures: dict[str, float] = {}
    for kind, process in processes.items():
        first, *others = everybody(process)
        workers = [one for one in others if "resource_tracker" not in " ".join(one.cmdline())]
        figures |= _held(kind, workers or [first])
        if workers:
            figures |= _held(f"{kind}_parent", [first])
    return figures


def _held(name: str, processes: list[psutil.Process]) -> dict[str, float]:
    held = [one.memory_full_info() for one in processes]
    return {
        f"{name}.uss_mb": sum(one.uss for one in held) / len(held) / 1e6,
        f"{name}.pss_mb": sum(one.pss for one in held) / len(held) / 1e6,
    }
