"""What a request says, read as Stripe reads it: a form decoded, then checked against the SDK's own TypedDicts."""

import re
import sys
import typing
from decimal import Decimal
from functools import cache
from typing import Any

import typing_extensions as extensions
from stripe._request_options import RequestOptions

Form = list[tuple[str, str]]
OPTIONS = frozenset(RequestOptions.__annotations__)
_PART = re.compile(r"\[([^\]]*)\]")


class Wrong(Exception):
    """A parameter that Stripe refuses: where, and why."""

    def __init__(self, param: str, message: str, code: str = "parameter_unknown") -> None:
        super().__init__(message)
        self.param, self.message, self.code = param, message, code


def decode(form: Form) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": ["c"]}}."""
    tree: dict[str, Any] = {}
    for name, value in form:
        head, *rest = [name.partition("[")[0], *_PART.findall(name)]
        here = tree
        for part, after in zip([head, *rest], [*rest, None], strict=True):
            if after is None:
                here[part] = value
            else:
                here = here.setdefault(part, {})
    return typing.cast(dict[str, Any], _lists(tree))


def read(tree: dict[str, Any], kind: Any) -> dict[str, Any]:
    """The parameters with their types. Raises Wrong at the first that is unknown, missing or of another type."""
    return typing.cast(dict[str, Any], _read(tree, kind, ""))


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


@cache
def _hints(kind: Any) -> dict[str, Any]:
    names = {**vars(typing), **vars(extensions), **vars(sys.modules[kind.__module__])}
    names.setdefault("Decimal", Decimal)
    names.setdefault("UntypedStripeObject", dict)
    names.setdefault("StripeContext", object)
    return extensions.get_type_hints(kind, globalns=names, include_extras=True)


def _read(value: Any, kind: Any, at: str) -> Any:
    origin, inside = extensions.get_origin(kind), extensions.get_args(kind)
    if origin in (extensions.NotRequired, extensions.Required, typing.Annotated):
        return _read(value, inside[0], at)
    if extensions.is_typeddict(kind):
        return _read_dict(value, kind, at)
    if origin is typing.Union:
        return _read_either(value, inside, at)
    if origin in (typing.Literal, extensions.Literal):
        if value not in inside:
            raise Wrong(at, f"Invalid {at}: must be one of {', '.join(map(str, inside))}", "parameter_invalid_enum")
        return value
    if origin is list:
        if not isinstance(value, list):
            raise Wrong(at, f"Invalid array: {at}", "parameter_invalid")
        return [_read(one, inside[0], f"{at}[{place}]") for place, one in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise Wrong(at, f"Invalid object: {at}", "parameter_invalid")
        return _metadata(value, at)
    return _read_plain(value, kind, at)


def _read_dict(value: Any, kind: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(at, f"Invalid object: {at}", "parameter_invalid")
    hints = _hints(kind)
    found = {}
    for key, one in value.items():
        where = f"{at}[{key}]" if at else key
        if key not in hints or (not at and key in OPTIONS):
            raise Wrong(where, f"Received unknown parameter: {where}")
        found[key] = _read(one, hints[key], where)
    for key in kind.__required_keys__:
        if key not in value and extensions.get_origin(hints[key]) is not extensions.NotRequired:
            raise Wrong(key, f"Missing required param: {f'{at}[{key}]' if at else key}.", "parameter_missing")
    return found


def _read_either(value: Any, kinds: tuple[Any, ...], at: str) -> Any:
    """An enumeration is written `Union[Literal, str]` so that the SDK outlives the API: here, the Literal."""
    enumerations = [one for one in kinds if extensions.get_origin(one) in (typing.Literal, extensions.Literal)]
    chosen = [one for one in kinds if one is not str] if enumerations and str in kinds else list(kinds)
    if any(extensions.get_args(one) == ("",) for one in enumerations):
        chosen = list(kinds)  # `Literal[""] | …` is how a value is emptied
    fault: Wrong | None = None
    for one in chosen:
        try:
            return _read(value, one, at)
        except Wrong as wrong:
            fault = wrong if fault is None or len(wrong.param) > len(fault.param) else fault
    raise fault or Wrong(at, f"Invalid {at}", "parameter_invalid")


def _read_plain(value: Any, kind: Any, at: str) -> Any:
    if kind in (Any, object):
        return value
    if not isinstance(value, str):
        raise Wrong(at, f"Invalid string: {at}", "parameter_invalid")
    if kind is int:
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise Wrong(at, f"Invalid integer: {value}", "parameter_invalid_integer")
        return int(value)
    if kind is bool:
        if value not in ("true", "false"):
            raise Wrong(at, f"Invalid boolean: {value}", "parameter_invalid")
        return value == "true"
    if len(value) > 5000:
        raise Wrong(at, f"Invalid string: {at} is too long", "parameter_invalid_string")
    return value


def _metadata(value: dict[str, str], at: str) -> dict[str, str]:
    if at.endswith("metadata"):
        if len(value) > 50:
            raise Wrong(at, "You can have up to 50 metadata keys", "parameter_invalid")
        for key, one in value.items():
            if len(key) > 40 or len(one) > 500:
                raise Wrong(f"{at}[{key}]", "Metadata keys have 40 characters at most, values 500", "parameter_invalid")
    return value
