"""What a rule refuses is said in French, names the page, and keeps the rule's number."""

import re

import pytest

from app.factory import create_app
from billing.gateway.schematron import sheet_faults
from billing.gateway.xml import cii
from billing.rules.fault import Fault
from billing.rules.words import finding, sentence
from tests.billing import hurts_base, hurts_french
from tests.billing.hurts import hurt
from tests.billing.papers import everything

HURTS = [("base", rule, one) for rule, one in hurts_base.HURTS.items()] + [
    ("fr", rule, one) for rule, one in hurts_french.HURTS.items()
]


@pytest.mark.parametrize(("sheet", "rule", "one"), HURTS, ids=[rule for _, rule, _ in HURTS])
def test_every_rule_we_can_break_has_its_own_words(sheet, rule, one):
    faults = sheet_faults(hurt(cii(everything()[one.paper]), one), sheet)
    (fault,) = {fault for fault in faults if fault.rule == rule}
    said = sentence(fault)
    assert fault.message not in said
    assert said.endswith(f"(Règle {rule}.)")
    assert re.search(r"Corrigez-le|l’assistance", said)
    assert not re.search(r"[^\xa0][:;!?]", said)


def test_the_field_is_the_term_of_the_norm():
    (fault,) = {
        one
        for one in sheet_faults(hurt(cii(everything()["public_chorus"]), hurts_french.HURTS["BR-FR-09_BT-46"]), "fr")
        if one.rule == "BR-FR-09_BT-46"
    }
    assert finding(fault).field == "BT-46"
    assert sentence(fault) == (
        "Le SIRET du client n’a pas 14 chiffres, ou ne commence pas par son SIREN. Corrigez-le sur la fiche du client. "
        "(Règle BR-FR-09_BT-46.)"
    )


def test_a_rule_we_do_not_know_is_quoted():
    said = sentence(Fault("BR-99", "BT-200", "[BR-99]-Something new."))
    assert "BR-99" in said
    assert "[BR-99]-Something new." in said
    assert "l’assistance" in said


def test_every_page_named_exists():
    endpoints = {rule.endpoint for rule in create_app().url_map.iter_rules()}
    named = {finding(Fault(rule, "", "")).page for _, rule, _ in HURTS} - {""}
    assert named <= endpoints
