"""People who come and go while something happens to the servers: run alone, with Python's standard library.

`traffic.py HOST STOP PATH…`: four of them, until the file STOP is there; half on a connection that they keep, half on a
new one each time, reading pages and sending forms. Prints one JSON object: how many answers, which statuses, what
failed.
"""

import http.client
import json
import ssl
import sys
import threading
import time
from collections import Counter
from pathlib import Path

HERE = "127.0.0.1"


class Host(http.client.HTTPSConnection):
    """The machine itself, whatever its certificate says, under the portal's name."""

    def __init__(self) -> None:
        super().__init__(HERE, timeout=30, context=ssl._create_unverified_context())


def person(number: int, host: str, stop: Path, paths: list[str], told: list[tuple[object, float]]) -> None:
    """Ask until told to stop."""
    connection = None
    asked = number
    while not stop.exists():
        asked += 1
        path = paths[asked % len(paths)]
        method = "POST" if asked % 3 == 0 else "GET"
        began = time.monotonic()
        kept = connection is not None
        try:
            connection = connection or Host()
            body = b"a=1" if method == "POST" else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, path, body, {"Host": host, **kind})
            answer = connection.getresponse()
            answer.read()
            told.append((answer.status, time.monotonic() - began))
            if number % 2 or answer.will_close:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as error:
            if connection is not None:
                connection.close()
            connection = None
            told.append((f"{method} {path} {type(error).__name__} {error} kept={kept}", time.monotonic() - began))
        time.sleep(0.1)  # below what nginx lets one address do


def main() -> None:
    """Four people at once."""
    host, stop, *paths = sys.argv[1:]
    told: list[tuple[object, float]] = []
    people = [threading.Thread(target=person, args=(number, host, Path(stop), paths, told)) for number in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    statuses = Counter(str(status) for status, _ in told)
    longest = max((length for _, length in told), default=0)
    sys.stdout.write(json.dumps({"answers": len(told), "statuses": statuses, "longest_s": round(longest, 2)}))


if __name__ == "__main__":
    main()
