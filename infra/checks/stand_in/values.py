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
    """A value of the attribute's type: lists hold one thing, numbers are ports where one is expected."""
    return NUMBERS.get(attribute.name) or _of_type(attribute.type, f"{resource}.{attribute.name}")


def _of_type(kind: Any, text: str) -> Any:
    if isinstance(kind, str):
        return {"string": text, "number": 1, "bool": False}[kind]
    if kind[0] == "object":
        return {name: _of_type(inner, f"{text}.{name}") for name, inner in kind[1].items()}
    return {} if kind[0] == "map" else [_of_type(kind[1], text)]
