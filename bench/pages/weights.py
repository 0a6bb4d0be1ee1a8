"""What a browser transfers for a page: with nothing kept, then when it comes back."""

from typing import Any

from bench.pages.people import Browsers, MainPage

KINDS = ("Document", "Stylesheet", "Script", "Font", "Image", "Other")


def measure(everybody: Browsers, pages: list[MainPage]) -> dict[str, float]:
    """Kilobytes (of 1,000 bytes), headers included, of each page's first view and of the second."""
    figures: dict[str, float] = {}
    for one in pages:
        with everybody.fresh(one.role) as page:
            first, again = _transferred(page, one.address), _transferred(page, one.address)
        figures |= {f"{one.name}.first_kb": sum(first.values()), f"{one.name}.again_kb": sum(again.values())}
        if one is pages[0]:
            figures |= {f"{one.name}.{kind.lower()}_kb": first[kind] for kind in KINDS if kind in first}
    return figures | {"heaviest_first_kb": max(figures[f"{one.name}.first_kb"] for one in pages)}


def _transferred(page: Any, address: str) -> dict[str, float]:
    """Go there; kilobytes by kind, as the network panel counts them."""
    kinds: dict[str, str] = {}
    weight: dict[str, float] = {}

    def ended(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        kind = kind if kind in KINDS else "Other"
        weight[kind] = weight.get(kind, 0.0) + event["encodedDataLength"] / 1000

    network = page.context.new_cdp_session(page)
    network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    network.on("Network.loadingFinished", ended)
    network.send("Network.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    network.detach()
    return weight
