"""The drawings of docs/architecture.md are what the code says now, and the page tells what they show."""

import re
from importlib.machinery import SourceFileLoader
from types import ModuleType
from xml.etree import ElementTree

import pytest

from tests.house.imports import PROJECT
from tests.house.test_contracts import SETTINGS

PAGE = (PROJECT / "docs/architecture.md").read_text()
SHOWN = {name: words for words, name in re.findall(r"!\[([^\]]+)\]\(drawings/([\w.-]+)\)", PAGE)}


def script() -> ModuleType:
    loader = SourceFileLoader("scripts_drawings", str(PROJECT / "scripts/drawings"))
    module = ModuleType(loader.name)
    module.__file__ = loader.path
    loader.exec_module(module)
    return module


SCRIPT = script()
DRAWINGS: dict[str, str] = SCRIPT.drawings()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_what_the_code_says(name: str) -> None:
    written = (PROJECT / "docs/drawings" / name).read_text()
    assert written == DRAWINGS[name], "The code has changed: make drawings, then look at the picture."
    ElementTree.fromstring(written)


def test_every_drawing_is_shown_and_said_in_words() -> None:
    assert set(SHOWN) == set(DRAWINGS) == {path.name for path in (PROJECT / "docs/drawings").iterdir()}
    for machine in SCRIPT.MACHINES:
        missing = [state for state in machine.states if state not in SHOWN[f"states-{machine.name}.svg"]]
        assert missing == [], machine.name


def test_the_page_tells_every_floor_and_room() -> None:
    floors, rooms = (contract["layers"] for contract in SETTINGS["contracts"][:2])
    said = SHOWN["floors.svg"].replace(" and ", ", ").split(": ")[1].split(", ")
    assert said == [name for layer in floors for name in layer.split(" | ")]
    for room in re.findall(r"\w+", " ".join(rooms)):
        assert f"`{room}`" in PAGE
