"""Typed values: what people write is understood, what is not understood is kept and said, and nothing ever fails."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules import form as forms
from tests.campaigns.forms import COMPLETE, document, form

FORM = form()
FIELDS = FORM.fields
NOON = datetime(2025, 9, 20, 12, tzinfo=UTC)

UNDERSTOOD = [
    ("beds", "40", 40),
    ("beds", " 1\u202f250 ", 1250),
    ("beds", "1 250", 1250),
    ("beds", 40, 40),
    ("share", "12,5", "12.5"),
    ("share", "12.50 %", "12.5"),
    ("share", 12.5, "12.5"),
    ("share", 12.125, "12.125"),
    ("share", "1.250.000,5", "1250000.5"),
    ("cost", "1 500,00", 150000),
    ("cost", "1\u00a0500,5 €", 150050),
    ("cost", "1500 euros", 150000),
    ("cost", 150000, 150000),
    ("cost", "0", 0),
    ("wished_on", "23/09/2025", "2025-09-23"),
    ("wished_on", "3.9.2025", "2025-09-03"),
    ("wished_on", "2025-09-23", "2025-09-23"),
    ("wished_on", "1er octobre 2025", "2025-10-01"),
    ("wished_on", "29/02/2028", "2028-02-29"),
    ("hosted", "oui", True),
    ("hosted", False, False),
    ("level", "beginner", "beginner"),
    ("tools", ["mail", "dui", "dui"], ["dui", "mail"]),
    ("tools", "mail", ["mail"]),
    ("tools", [], None),
    ("contact", " Anne.Le-Goff@EHPAD.fr ", "anne.le-goff@ehpad.fr"),
    ("call", "02.99.12.34.56", "0299123456"),
    ("call", "+33 (0)2 99 12 34 56", "0299123456"),
    ("call", "0262 20 20 20 poste 412", "0262202020 poste 412"),
    ("call", "00 508 41 00 00", "+508410000"),
    ("note", "  deux\u0000  mots\r\n", "deux mots"),
    ("why", "une\r\ndeux\n", "une\ndeux"),
    ("why", "e\u0301tage \ud800", "étage \ufffd"),
    ("note", "   ", None),
    ("note", None, None),
]


@pytest.mark.parametrize(("key", "typed", "value"), UNDERSTOOD)
def test_what_people_write_is_understood(key: str, typed: Any, value: Any) -> None:
    assert forms.read(FIELDS[key], typed) == value
    assert not forms.is_unread(forms.read(FIELDS[key], typed))


NOT_UNDERSTOOD = [
    ("beds", "quarante"),
    ("beds", "1.250"),  # a thousand, or one and a quarter?
    ("beds", "1 25"),
    ("beds", True),
    ("beds", "9" * 40),
    ("beds", float("nan")),
    ("cost", "12,345"),
    ("cost", 12.5),  # a program sends cents: half a cent is a mistake
    ("cost", "mille"),
    ("wished_on", "31/02/2026"),
    ("wished_on", "23/09/25"),
    ("wished_on", "demain"),
    ("wished_on", "01/01/0001"),
    ("hosted", "peut-être"),
    ("contact", "anne@"),
    ("call", "12 34"),
    ("call", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"),
    ("beds", {"a": 1}),
]


@pytest.mark.parametrize(("key", "typed"), NOT_UNDERSTOOD)
def test_what_is_not_understood_is_kept_as_typed_and_said(key: str, typed: Any) -> None:
    value = forms.read(FIELDS[key], typed)
    assert forms.is_unread(value)
    sentence = forms.problem(FIELDS[key], value)
    assert sentence is not None
    assert sentence.startswith("«\u00a0")
    if isinstance(typed, str):
        assert forms.control_text(FIELDS[key], value) == typed


SENTENCES = [
    ("beds", 0, "« Nombre de lits » : indiquez au moins 1."),
    ("beds", 5001, "« Nombre de lits » : indiquez au plus 5 000."),
    ("cost", 2000051, "« Coût prévu » : indiquez au plus 20 000,50 €."),
    ("wished_on", "2025-09-30", "« Date souhaitée » : indiquez une date à partir du 1er octobre 2025."),
    ("level", "expert", "« Niveau du kit » : choisissez une réponse de la liste."),
    ("tools", ["dui", "fax"], "« Outils » : cochez des réponses de la liste."),
    ("why", "a" * 203, "« Pourquoi un exercice » : 200 caractères au plus, retirez-en 3."),
    (
        "contact",
        {"typed": "anne"},
        "« Contact » : il manque l’arobase (@) dans l’adresse électronique, par exemple nom@etablissement.fr.",
    ),
]


@pytest.mark.parametrize(("key", "value", "sentence"), SENTENCES)
def test_a_problem_says_what_to_do(key: str, value: Any, sentence: str) -> None:
    found = forms.problem(FIELDS[key], value) or ""
    assert found.replace("\u00a0", " ").replace("\u202f", " ") == sentence


def test_beside_its_control_a_sentence_does_not_repeat_the_label() -> None:
    field = FIELDS["beds"]
    assert forms.beside(field, forms.problem(field, 0) or "") == "Indiquez au moins 1."
    assert forms.beside(field, "Ce texte est trop long.") == "Ce texte est trop long."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=5,
) | st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_nothing_typed_or_sent_ever_fails(key: str, typed: Any) -> None:
    field = FIELDS[key]
    value = forms.read(field, typed)
    forms.problem(field, value)
    forms.shown(field, value)
    text = forms.control_text(field, value)
    "".join([text, forms.shown(field, value)]).encode()  # no lone surrogate is left
    assert "\x00" not in text
    assert isinstance(forms.too_long(typed), bool)


@given(
    st.sampled_from([key for key, field in FIELDS.items() if field.type not in ("commitment", "choices", "boolean")]),
    JSON,
)
def test_what_a_control_shows_reads_as_the_same_value(key: str, typed: Any) -> None:
    field = FIELDS[key]
    value = forms.read(field, typed)
    if forms.is_unread(value) and not isinstance(typed, str):
        return  # a program sent something of another kind; typed by hand, its text may well be read
    assert forms.read(field, forms.control_text(field, value)) == value


@given(st.integers(min_value=0, max_value=10**14))
def test_an_amount_comes_back_to_the_cent(cents: int) -> None:
    field = FIELDS["cost"]
    assert forms.read(field, forms.control_text(field, cents)) == cents


def answers(**typed: Any) -> dict[str, Any]:
    """A complete draft, read; `typed` overrides (None removes)."""
    read = {key: forms.read(FIELDS[key], value) for key, value in {**COMPLETE, **typed}.items()}
    ticked = {
        key: forms.accept(FIELDS[key], "Marc Tanguy", NOON) for key in read if read[key] is True and "commitment" in key
    }
    return {key: value for key, value in {**read, **ticked}.items() if value is not None}


def states(draft: dict[str, Any]) -> dict[str, str]:
    return {section.section.key: section.state for section in forms.progress(FORM, draft).sections}


def test_an_empty_draft_has_everything_to_do_except_what_the_register_knows() -> None:
    assert states({}) == {
        forms.APPLICANT: "done",
        "project": "todo",
        "systems": "optional",
        forms.REFERENT: "todo",
        forms.COMMITMENTS: "todo",
    }
    assert len(forms.progress(FORM, {}).gaps) == 13


def test_a_complete_draft_misses_nothing() -> None:
    whole = forms.progress(FORM, answers())
    assert whole.is_complete
    assert whole.done == len(whole.sections)


def test_a_wrong_value_is_kept_in_the_draft_and_stops_the_submission() -> None:
    draft = answers(beds="quarante")
    (section,) = [section for section in forms.progress(FORM, draft).sections if section.section.key == "project"]
    assert (section.state, section.wrong, section.absent) == ("started", 1, 0)
    (gap,) = forms.progress(FORM, draft).gaps
    assert (gap.section, gap.field) == ("project", "beds")


def test_an_optional_answer_that_is_wrong_stops_too() -> None:
    assert [gap.field for gap in forms.progress(FORM, answers(contact="anne")).gaps] == ["contact"]


def test_a_commitment_accepted_in_other_words_is_not_accepted() -> None:
    reworded = form(commitments=[{"key": "journey", "text": "Suivre le parcours avant le 30 septembre 2026."}])
    field = reworded.fields["commitment.journey"]
    assert not forms.is_accepted(field, answers()["commitment.journey"])
    assert "a changé" in (forms.problem(field, answers()["commitment.journey"]) or "")


def test_ticking_again_keeps_the_first_acceptance() -> None:
    field = FIELDS["commitment.journey"]
    assert forms.same(field, answers()["commitment.journey"], True)
    assert not forms.same(field, answers()["commitment.journey"], None)


def test_a_draft_is_carried_to_a_new_version_of_its_form() -> None:
    changed = document()
    project = changed["form"]["sections"][0]
    project["fields"] = [
        {"key": "why", "label": "Pourquoi, en un mot", "type": "text"},
        {"key": "beds", "label": "Lits, en toutes lettres", "type": "text"},
        {"key": "cost", "label": "Coût", "type": "number"},
        {"key": "wished_on", "label": "Période", "type": "text"},
        {"key": "new", "label": "Nouvelle question", "type": "text"},
    ]
    carried = forms.carry(FORM, forms.read_form(changed), answers(beds="1250", hosted="oui"))
    assert carried["why"] == answers()["why"]
    assert carried["beds"] == "1 250"
    assert carried["cost"] == 1500
    assert carried["wished_on"] == "12/03/2026"
    assert carried["hosted"] is True
    assert "level" not in carried
    assert "new" not in carried
    assert carried["commitment.journey"] == answers()["commitment.journey"]


def test_a_rule_is_given_only_what_can_be_trusted() -> None:
    draft = answers(beds="quarante", share="12,5", level="expert", tools=["dui"])
    known = forms.facts(FORM, draft)
    assert str(known["share"]) == "12.5"
    assert known["cost"] == 150000
    assert {"beds", "level", "commitment.journey"}.isdisjoint(known)


def test_a_draft_holds_no_novel() -> None:
    assert forms.too_long("a" * 50_001)
    assert forms.too_long(["a"] * 501)
    assert not forms.too_long("a" * 50_000)
    assert not forms.too_long(None)
