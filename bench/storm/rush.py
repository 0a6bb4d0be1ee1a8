"""Anything that takes a POST, asked without a pause: `python -m bench.storm.rush PORT AT_ONCE` prints its rate."""

import asyncio
import json
import sys
import time

from bench.storm.crowd import Crowd, Rush, ask

SECONDS = 4.0


async def main(port: int, at_once: int) -> dict[str, float]:
    """Ask for some seconds; answers a second."""
    crowd = Crowd(port, "", "", 0.0)
    crowd.rush = Rush(0, at_once)
    ends = time.perf_counter() + SECONDS

    async def one() -> None:
        while time.perf_counter() < ends:
            heard = await ask(crowd, "submit", "nobody", "/submit", {"version": "1"})
            assert heard.status == 303, heard

    await asyncio.gather(*(one() for _ in range(at_once)))
    return {"rate": len(crowd.answers) / SECONDS}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))))
