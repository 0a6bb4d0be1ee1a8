"""How much memory a process holds."""

import os
from pathlib import Path


def memory(process: int) -> int:
    """Its memory in RAM, in bytes; 0 when it is gone."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
