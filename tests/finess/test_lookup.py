"""Finding: a number whatever it is, and structures by the words of their name and town."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finess.queries.edition import get_current_edition, get_edition
from finess.queries.number import resolve_number
from finess.queries.search import Hit, search
from finess.queries.structure import get_legal_entity
from finess.rules.answer import NumberAnswer
from finess.rules.numbers import key_holds
from finess.service.register import import_register
from kit.actor import operator
from kit.errors import NotFound
from kit.transaction import transaction
from tests.finess.structures import ej, et, finess_plus, number

OPEN, CLOSED, SHARED, AWAY = number(1), number(2), number(3), number(4, "75")
HOME, SHUT, DAY, TWIN = number(11), number(12), number(13), number(14)
SIREN, TWINS = "260100045", "775662257"
SIRET = "26010004500012"


@pytest.fixture(scope="module", autouse=True)
def register(register_database: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A few structures, each a case."""
    path: Path = tmp_path_factory.mktemp("lookup") / "register.json"
    finess_plus(
        path,
        ej(
            OPEN,
            et(HOME, name="EHPAD Les Tilleuls", siret=SIRET),
            et(SHUT, state="I", closed="2019-03-03"),
            siren=SIREN,
        ),
        ej(CLOSED, name="POLYCLINIQUE D'AMBERIEU", state="I", closed="2002-07-10", town="AMBERIEU EN BUGEY"),
        ej(SHARED, name="FONDATION SAINT MICHEL", siren=TWINS),
        ej(
            AWAY,
            et(DAY, name="I.M.E. L’Œuvre des Marins", category="183", town="ST MALO", commune="35288"),
            et(TWIN, name="MAS DE L'HORIZON", category="255", town="BREST", commune="29019"),
            name="CROIX DU SUD",
            siren=TWINS,
            commune="75056",
            town="PARIS",
        ),
    )
    import_register(operator("tests"), [path])


def ask(typed: str) -> NumberAnswer:
    with transaction(operator("tests")) as tx:
        return resolve_number(tx.session, get_current_edition(tx.session).id, typed)


def find(typed: str, limit: int = 20, near: tuple[str, ...] = ()) -> list[Hit]:
    with transaction(operator("tests")) as tx:
        return list(search(tx.session, get_current_edition(tx.session).id, typed, limit, near))


@pytest.mark.parametrize(
    ("typed", "outcome", "finess_ej", "words"),
    [
        (OPEN, "legal_entity", OPEN, "est le numéro de l’entité juridique «\xa0ASSOCIATION LES TILLEULS\xa0»"),
        (f" {OPEN[:2]} {OPEN[2:5]} {OPEN[5:]} ", "legal_entity", OPEN, "(RENNES, Ille-et-Vilaine)"),
        (CLOSED, "closed", CLOSED, "est fermée depuis le 10\xa0juillet 2002"),
        (HOME, "establishment", OPEN, "pas d’une entité juridique\xa0: «\xa0EHPAD Les Tilleuls\xa0»"),
        (SHUT, "establishment", OPEN, "fermé depuis le 3\xa0mars 2019"),
        (
            TWIN,
            "establishment",
            AWAY,
            f"MAS (255). Son entité juridique est {AWAY} «\xa0CROIX DU SUD\xa0» (PARIS, Paris)",
        ),
        (SIREN, "legal_entity", OPEN, "Ce SIREN est celui de l’entité juridique"),
        (SIRET, "establishment", OPEN, f"Ce SIRET est celui de l’établissement {HOME}"),
        ("26010004500020", "legal_entity", OPEN, "Ce SIRET est celui de l’entité juridique"),  # of its SIREN
        (TWINS, "several", None, "Plusieurs entités juridiques"),
        (number(999), "unknown", None, "ne figure pas dans le registre du 20\xa0novembre 2026. Vérifiez-le"),
        ("35600000000048", "unknown", None, "Le SIRET 35600000000048 ne figure pas"),
        ("12345678901234", "unknown", None, "clé de contrôle est fausse"),
        ("2C0000020", "unknown", None, "clé de contrôle est fausse"),
        ("Les Tilleuls", "unreadable", None, "n’est ni un numéro FINESS (9\xa0caractères)"),
        ("  ", "unreadable", None, "Indiquez un numéro"),
    ],
)
def test_what_a_typed_number_is(typed: str, outcome: str, finess_ej: str | None, words: str) -> None:
    answer = ask(typed)
    assert (answer.outcome, answer.finess_ej) == (outcome, finess_ej)
    assert words in answer.sentence


def test_a_wrong_key_is_said_and_the_registry_decides() -> None:
    wrong = OPEN[:8] + str((int(OPEN[8]) + 1) % 10)
    assert not key_holds(wrong)
    assert "Sa clé de contrôle est fausse" in ask(wrong).sentence


def test_several_entities_of_one_siren_are_offered() -> None:
    assert ask(TWINS).candidates == (SHARED, AWAY)
    assert {hit.number for hit in find(TWINS)} == {SHARED, AWAY}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | st.from_regex(r"[0-9AB \x00%_\\']{1,20}", fullmatch=True))
def test_no_text_breaks_a_lookup(typed: str) -> None:
    ask(typed)
    find(typed)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("tilleuls", [OPEN, HOME, SHUT]),
        ("EHPAD tilleuls rennes", [HOME, SHUT]),
        ("ehpad de rennes", [HOME, SHUT]),
        ("oeuvre des marins, Saint-Malo", [DAY]),
        ("IME marins", [DAY]),
        ("ŒUVRE", [DAY]),
        ("mas l'horizon 29", [TWIN]),
        ("mas l'horizon 35", []),
        ("sainte michel", []),
        ("saint mich", [SHARED]),
        ("amberieu", [CLOSED]),
        ("ILLEULS", []),
        ("de la", []),
        ("100% _", []),
        (HOME, [OPEN, HOME]),
        (SIRET, [OPEN, HOME]),
    ],
)
def test_words_of_names_and_towns(typed: str, numbers: list[str]) -> None:
    assert [hit.number for hit in find(typed)] == numbers


def test_a_hit_says_which_entity_to_retain() -> None:
    hit = find("horizon brest")[0]
    assert (hit.kind, hit.finess_ej, hit.category_code, hit.department) == ("et", AWAY, "255", "29")
    assert len(find("tilleuls", limit=2)) == 2


def test_the_structures_of_the_region_come_first() -> None:
    """Before a shorter name elsewhere; nothing is added and nothing is lost."""
    anywhere, here = find("ma"), find("ma", near=("29",))
    assert [hit.number for hit in anywhere] == [TWIN, DAY]
    assert [hit.number for hit in find("ma", near=("35",))] == [DAY, TWIN]
    assert here == anywhere


def test_what_does_not_exist_is_not_found() -> None:
    with transaction(operator("tests")) as tx:
        with pytest.raises(NotFound, match="d’aucune entité juridique"):
            get_legal_entity(tx.session, get_current_edition(tx.session).id, HOME)
        with pytest.raises(NotFound, match="L’édition 9999"):
            get_edition(tx.session, 9999)
