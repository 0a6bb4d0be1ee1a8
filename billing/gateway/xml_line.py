"""The lines of an invoice (BG-25) and its VAT by category and rate (BG-23), as factur-x wants them."""

from typing import Any

from billing.rules.content import Content, Line, Vat
from billing.rules.decimals import euros, percent


def lines(content: Content) -> list[dict[str, Any]]:
    """The terms of each line."""
    return [_line(str(position), line) for position, line in enumerate(content.lines, start=1)]


def _line(position: str, line: Line) -> dict[str, Any]:
    return {
        "BT-126": position,
        "BT-129": str(line.quantity),
        "BT-130": line.unit_code,
        "BT-131": euros(line.net_cents),
        "BT-134": line.starts_on,
        "BT-135": line.ends_on,
        "BT-146": euros(line.unit_cents),
        "BT-151": line.category,
        "BT-152": _rate(line.category, line.rate),
        "BT-153": line.designation,
        "BT-154": line.detail,
    }


def vat_groups(content: Content) -> list[dict[str, Any]]:
    """The VAT by category and rate. Two reasons of one category are one group (BR-E-01, BR-O-01), with both texts."""
    groups: dict[tuple[str, int], list[Vat]] = {}
    for one in content.vat:
        groups.setdefault((one.category, one.rate), []).append(one)
    return [_group(category, rate, vats) for (category, rate), vats in groups.items()]


def _group(category: str, rate: int, vats: list[Vat]) -> dict[str, Any]:
    codes = {one.exemption_code for one in vats}
    taxed = category in ("S", "Z")
    return {
        "BT-116": euros(sum(one.net_cents for one in vats)),
        "BT-117": euros(sum(one.vat_cents for one in vats)),
        "BT-118": category,
        "BT-119": _rate(category, rate),
        "BT-120": "" if taxed else " ; ".join(one.exemption_text for one in vats if one.exemption_text),
        "BT-121": "" if taxed or len(codes) > 1 else codes.pop(),
    }


def _rate(category: str, rate: int) -> str:
    """Out of scope (O) has no rate at all (BR-O-05)."""
    return "" if category == "O" else percent(rate)
