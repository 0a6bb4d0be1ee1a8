"""Our import of a register, alone in its process: `python -m bench.register_import FILE`."""

import sys
from pathlib import Path

from bench.measured import report
from finess.service.register import import_register
from kit.actor import operator

if __name__ == "__main__":
    report(lambda: import_register(operator("bench"), [Path(sys.argv[1])]))
