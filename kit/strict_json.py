"""JSON from programs we do not know: one meaning or none. Pure.

Refused, though many readers take them: a key twice, NaN and Infinity, numbers nobody can keep, nesting without end,
characters that no text holds, another encoding than UTF-8, anything after the end.
"""

import json
from math import isfinite
from typing import Any, NoReturn

DEEPEST, LONGEST_NUMBER = 64, 40
NOT_UTF8 = "Le corps de la demande n’est pas de l’UTF-8."
NOT_JSON = "Le corps de la demande n’est pas du JSON (ligne {line}, colonne {column})."
TWICE = "Dans le corps de la demande, la clé «\N{NO-BREAK SPACE}{key}\N{NO-BREAK SPACE}» apparaît deux fois."
NO_NUMBER = "Le corps de la demande contient un nombre qui ne peut pas être enregistré."
TOO_DEEP = f"Le corps de la demande est imbriqué sur plus de {DEEPEST} niveaux."
NO_CHARACTER = "Le corps de la demande contient un caractère qui ne peut pas être enregistré."


class NotStrict(ValueError):
    """`sentence` (French) says what is wrong; it repeats at most a short key."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read(content: bytes) -> Any:
    """The value. Raises NotStrict."""
    try:
        found = json.loads(
            content.decode(),
            object_pairs_hook=_object,
            parse_constant=_refuse_number,
            parse_int=_whole,
            parse_float=_decimal,
        )
    except NotStrict:
        raise
    except UnicodeDecodeError as error:
        raise NotStrict(NOT_UTF8) from error
    except json.JSONDecodeError as error:
        raise NotStrict(NOT_JSON.format(line=error.lineno, column=error.colno)) from error
    except RecursionError as error:
        raise NotStrict(TOO_DEEP) from error
    _look_inside(found)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotStrict(TWICE.format(key=key if len(key) <= 60 and key.isprintable() else "…"))
    return found


def _refuse_number(text: str) -> NoReturn:
    raise NotStrict(NO_NUMBER)


def _whole(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER else _refuse_number(text)


def _decimal(text: str) -> float:
    value = float(text) if len(text) <= LONGEST_NUMBER else _refuse_number(text)
    return value if isfinite(value) else _refuse_number(text)


def _look_inside(found: Any) -> None:
    """Every text and how deep it stands, without recursion."""
    level, depth = [found], 0
    while level:
        if depth >= DEEPEST and any(isinstance(one, dict | list) for one in level):
            raise NotStrict(TOO_DEEP)
        below: list[Any] = []
        for one in level:
            if isinstance(one, str):
                _check_text(one)
            elif isinstance(one, dict):
                for key in one:
                    _check_text(key)
                below.extend(one.values())
            elif isinstance(one, list):
                below.extend(one)
        level, depth = below, depth + 1


def _check_text(text: str) -> None:
    if "\x00" in text or (not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)):
        raise NotStrict(NO_CHARACTER)
