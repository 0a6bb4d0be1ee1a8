"""Facts about the provider (names and types of arguments, infra/terraform/arguments), as a schema of blocks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODES = ("write-only", "required", "optional computed", "optional", "computed")
PRIMITIVES = ("string", "number", "bool")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument or exported attribute; `type` is Terraform's own notation ("string", ["list", "string"]…)."""

    name: str
    type: Any
    mode: str

    @property
    def computed(self) -> bool:
        return "computed" in self.mode

    @property
    def write_only(self) -> bool:
        return self.mode == "write-only"


@dataclass(frozen=True, slots=True)
class Block:
    """A resource, or a block inside one. `nested` is {name: (nesting, least, most, block)}; most 0 is any number."""

    attributes: tuple[Attribute, ...]
    nested: Mapping[str, "tuple[str, int, int, Block]"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What one version of a provider takes."""

    provider: str
    version: str
    configuration: Block
    resources: Mapping[str, Block]


def read(folder: Path) -> Facts:
    """All files of `folder`. Raises ValueError where two disagree or a line is not understood."""
    documents = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    sources = {(document["provider"], document["version"]) for document in documents}
    if len(sources) != 1:
        raise ValueError(f"one provider and one version are expected, not {sorted(sources)}")
    configuration: dict[str, Any] = {}
    resources: dict[str, Block] = {}
    for document in documents:
        configuration |= document.get("configuration", {})
        for name, described in document["resources"].items():
            if name in resources:
                raise ValueError(f"{name} is described twice")
            resources[name] = _block(described, name)
    ((provider, version),) = sources
    return Facts(provider, version, _block(configuration, "provider"), resources)


def _block(described: Mapping[str, Any], where: str) -> Block:
    attributes = tuple(_attribute(name, text, where) for name, text in described.get("arguments", {}).items())
    nested = {
        name: (inner["nesting"], inner.get("min", 0), inner.get("max", 0), _block(inner, f"{where}.{name}"))
        for name, inner in described.get("blocks", {}).items()
    }
    return Block(attributes, nested)


def _attribute(name: str, text: str, where: str) -> Attribute:
    for mode in MODES:
        if text.startswith(f"{mode} "):
            return Attribute(name, type_of(text.removeprefix(f"{mode} ")), mode)
    raise ValueError(f"{where}.{name}: {text!r} does not begin by one of {', '.join(MODES)}")


def type_of(text: str) -> Any:
    """Terraform's notation of `[T]` (list), `(T)` (set), `{T}` (map) and `{a,b}` (object of texts)."""
    if text in PRIMITIVES:
        return text
    inner = text[1:-1]
    if text.startswith("[") and text.endswith("]"):
        return ["list", type_of(inner)]
    if text.startswith("(") and text.endswith(")"):
        return ["set", type_of(inner)]
    if text.startswith("{") and text.endswith("}"):
        return ["map", inner] if inner in PRIMITIVES else ["object", dict.fromkeys(inner.split(","), "string")]
    raise ValueError(f"{text!r} is no type")
