"""What a provider answers to a plan and to an apply: what it computes is unknown, then made up; secrets are dropped."""

from typing import Any

import msgpack

from infra.checks.stand_in.facts import Attribute, Block

UNKNOWN = msgpack.ExtType(0, b"\x00")
NUMBERS = {"port": 5432, "smtps_port": 465, "smtps_port_alternative": 2465}


def unpack(data: bytes) -> Any:
    return msgpack.unpackb(data, raw=False, strict_map_key=False)


def pack(value: Any) -> bytes:
    return msgpack.packb(value, use_bin_type=True)


def planned(block: Block, proposed: Any) -> Any:
    """`proposed` (None when it is to be destroyed) as a provider plans it."""
    return _walk(block, proposed, lambda attribute, value: UNKNOWN if value is None and attribute.computed else value)


def applied(block: Block, plan: Any, resource: str) -> Any:
    """`plan` with what was unknown made up; None stays None."""

    def made(attribute: Attribute, value: Any) -> Any:
        return _made_up(attribute, resource) if isinstance(value, msgpack.ExtType) else value

    return _walk(block, plan, made)


def _walk(block: Block, value: Any, decide: Any) -> Any:
    if not isinstance(value, dict):
        return value
    out = dict(value)
    for attribute in block.attributes:
        # Terraform refuses a provider that gives a write-only argument back.
        out[attribute.name] = None if attribute.write_only else decide(attribute, value.get(attribute.name))
    for name, (_, _, _, inner) in block.nested.items():
        if isinstance(value.get(name), list):
            out[name] = [_walk(inner, each, decide) for each in value[name]]
    return out


def _made_up(attribute: Attribute, resource: str) -> Any:
    if attribute.type == "string":
        return f"{resource}.{attribute.name}"
    if attribute.type == "number":
        return NUMBERS.get(attribute.name, 1)
    if attribute.type == "bool":
        return False
    return {} if attribute.type[0] == "map" else []
