"""The little of protocol buffers that Terraform's plugin protocol 6 needs: messages as {field number: [values]}."""

import json
from collections.abc import Iterable

from infra.checks.stand_in.facts import Attribute, Block, Facts

NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: bytes | str | int) -> bytes:
    """One field; nothing for 0, as the format wants."""
    if isinstance(value, int):
        return _varint(number << 3 | VARINT) + _varint(value) if value else b""
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | BYTES) + _varint(len(data)) + data


def fields(message: bytes) -> dict[int, list[bytes]]:
    """The fields that hold bytes. Numbers are passed over."""
    found: dict[int, list[bytes]] = {}
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        kind = key & 7
        if kind == BYTES:
            length, at = _read_varint(message, at)
            found.setdefault(key >> 3, []).append(message[at : at + length])
            at += length
        elif kind == VARINT:
            _, at = _read_varint(message, at)
        else:
            at += 8 if kind == FIXED64 else 4
    return found


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return number, at


def provider_schema(facts: Facts) -> bytes:
    """The answer to GetProviderSchema."""
    resources = (
        field(2, field(1, name) + field(2, field(2, _block(block)))) for name, block in facts.resources.items()
    )
    return field(1, field(2, _block(facts.configuration))) + b"".join(resources)


def _block(block: Block) -> bytes:
    return _join(field(2, _attribute(each)) for each in block.attributes) + _join(
        field(
            3,
            field(1, name) + field(2, _block(inner)) + field(3, NESTING[nesting]) + field(4, least) + field(5, most),
        )
        for name, (nesting, least, most, inner) in block.nested.items()
    )


def _attribute(attribute: Attribute) -> bytes:
    return (
        field(1, attribute.name)
        + field(2, json.dumps(attribute.type))
        + field(4, attribute.mode == "required")
        + field(5, attribute.mode.startswith("optional") or attribute.write_only)
        + field(6, attribute.computed)
        + field(7, attribute.write_only)  # sensitive: a secret is not shown in a plan either
        + field(11, attribute.write_only)
    )


def _join(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)
