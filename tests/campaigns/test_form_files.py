"""Questions that are answered by files: how a call's document asks them, what is said of them."""

from typing import Any
from uuid import uuid4

import pytest

from campaigns.rules import form as forms
from campaigns.rules.form import files
from tests.campaigns import documents
from tests.campaigns.documents import checked
from tests.campaigns.forms import form as a_form
from tests.campaigns.joining import MORE, PROOF, with_files

PAPERS = "form.sections[0].fields[0]"


def errors(**field: Any) -> dict[str, str]:
    """What is found in a document whose only question is this one."""
    asked = {"key": "proof", "label": "Attestation", "type": "file", **field}
    form = {"sections": [{"key": "papers", "title": "Pièces", "fields": [asked]}]}
    found = checked(documents.document(form=form)).findings
    return {one.path: one.sentence for one in found if one.level == "error"}


def an_entry(name: str = "a.pdf", **more: Any) -> dict[str, Any]:
    return {**files.entry(uuid4(), name, 1_250_000, "ab" * 32, "application/pdf"), **more}


def field(**more: Any) -> forms.FormField:
    return a_form(form=with_files({**PROOF, **more})).fields["proof"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"kinds": ["exe"]}, ".kinds[0]"),
        ({"kinds": []}, ".kinds"),
        ({"kinds": ["pdf", "pdf"]}, ".kinds"),
        ({"max_size": 26}, ".max_size"),
        ({"max_size": 0}, ".max_size"),
        ({"max": 0}, ".max"),
        ({"max": 21}, ".max"),
        ({"min": 3, "max": 2}, ".max"),
        ({"min": "2025-01-01"}, ".min"),
        ({"max_length": 3}, ".max_length"),
        ({"options": [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]}, ".options"),
        ({"type": "text", "kinds": ["pdf"]}, ".kinds"),
        ({"type": "text", "max_size": 3}, ".max_size"),
    ],
)
def test_what_a_document_may_not_ask(asked: dict[str, Any], path: str) -> None:
    assert PAPERS + path in errors(**asked)


def test_what_it_may() -> None:
    assert errors() == {}
    assert errors(min=0, max=20, kinds=["pdf", "txt"], max_size=25, required=False) == {}


def test_a_rule_asks_no_file() -> None:
    rule = {"version": 1, "all": [{"answer": {"name": "proof", "equals": "x"}}]}
    form = {"sections": [{"key": "papers", "title": "Pièces", "fields": [PROOF]}]}
    found = checked(documents.document(form=form, rule=rule)).findings
    assert any(one.path.startswith("rule.all[0].answer") and one.level == "error" for one in found)


def test_what_is_expected_is_said() -> None:
    read = a_form(form=with_files()).fields
    assert files.accepted(read["proof"]) == "PDF, 2\xa0Mo au plus."
    assert files.accepted(read["annexes"]) == "PDF, DOCX ou PNG, 10\xa0Mo au plus\xa0; jusqu’à 2\xa0fichiers."
    assert files.accept_attribute(field(kinds=["jpg"])) == ".jpg,.jpeg"
    assert (files.least(read["annexes"]), files.most(read["annexes"])) == (0, 2)
    assert (files.least(field(min=2)), files.most(field(min=2))) == (2, 2)


def test_what_is_missing_or_wrong() -> None:
    one, two = field(), field(min=2, max=3)
    assert "joignez un fichier." in forms.missing(one)
    assert "joignez au moins 2\xa0fichiers." in forms.missing(two)
    assert forms.problem(one, [an_entry()]) is None
    for asked, value, words in (
        (two, [an_entry()], "au moins 2\xa0fichiers, il y en a 1"),
        (one, [an_entry(), an_entry("b.pdf")], "gardez 1\xa0fichier au plus"),
        (one, [an_entry(type="image/png")], "qui n’est plus d’un type accepté"),
        (one, [an_entry(infected=True)], "un programme malveillant a été trouvé"),
        (one, {"typed": "a.pdf"}, "joignez un fichier"),
    ):
        assert words in (forms.problem(asked, value) or "")


def test_how_it_is_shown_and_what_a_rule_is_told() -> None:
    asked = a_form(form=with_files())
    answers = {"proof": [an_entry()]}
    assert forms.shown(asked.fields["proof"], answers["proof"]) == "a.pdf (1,2\xa0Mo)"
    assert "proof" not in forms.facts(asked, answers)
    assert forms.read(asked.fields["proof"], "a.pdf") == {"typed": "a.pdf"}


def test_a_form_that_changes_keeps_files_and_never_makes_text_of_them() -> None:
    before, same = a_form(form=with_files()), a_form(form=with_files({**PROOF, "max": 4}))
    text = {"key": "proof", "label": "Attestation", "type": "text"}
    answers = {"proof": [an_entry()]}
    assert forms.carry(before, same, answers)["proof"] == answers["proof"]
    assert "proof" not in forms.carry(before, a_form(form=with_files(text)), answers)
    assert "proof" not in forms.carry(a_form(form=with_files(text)), same, {"proof": "a.pdf"})
    assert MORE["required"] is False
