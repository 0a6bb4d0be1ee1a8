"""The machine's Chromium, for stories and for measures."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Where it is: what CRRC_CHROMIUM names, else what is installed (scripts/browser looks in the same order)."""
    names = (os.environ.get("CRRC_CHROMIUM"), *NAMES)
    return next((found for name in names if name and (found := shutil.which(name))), None)
