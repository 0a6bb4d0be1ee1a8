"""What a rule of a schematron refuses, in the words of the people who invoice, and the page where it is corrected."""

import re

from billing.rules.fault import Fault
from billing.rules.readiness import CUSTOMER_PAGE, DRAFT_PAGE, ISSUER_PAGE, VAT_PAGE, Finding
from kit.french import NBSP

_WHERE = {
    ISSUER_PAGE: "Corrigez-le dans les réglages de la facturation, identité de l’émetteur.",
    VAT_PAGE: "Corrigez-le dans les règles de TVA.",
    CUSTOMER_PAGE: "Corrigez-le sur la fiche du client.",
    DRAFT_PAGE: "Corrigez-le sur le brouillon.",
    "": "Signalez-le à l’assistance du portail, avec le numéro de la règle.",
}
# Rules that say the same of us: (rules, what is wrong, page of the correction).
_SAID: tuple[tuple[str, str, str], ...] = (
    ("BR-06", "Le nom de l’émetteur manque.", ISSUER_PAGE),
    ("BR-07", "Le nom du client manque.", CUSTOMER_PAGE),
    ("BR-0[89]|FX-SCH-A-000580", "L’adresse de l’émetteur est incomplète ou son pays inconnu.", ISSUER_PAGE),
    ("BR-1[01]|BR-57|FX-SCH-A-0005(68|86)", "L’adresse du client est incomplète ou son pays inconnu.", CUSTOMER_PAGE),
    (
        "BR-62|BR-FR-(13|23|25)_?.*BT-34",
        "L’adresse électronique de facturation de l’émetteur manque ou est mal écrite.",
        ISSUER_PAGE,
    ),
    (
        "BR-63|BR-FR-(12|23|25)_?.*BT-49",
        "L’adresse électronique de facturation du client manque ou est mal écrite.",
        CUSTOMER_PAGE,
    ),
    (
        "BR-CO-26|BR-FR-(09|CO-10)_BT-29.*|BR-FR-10_.*",
        "Le SIRET de l’émetteur manque, ou ne commence pas par son SIREN.",
        ISSUER_PAGE,
    ),
    (
        "BR-FR-(09|CO-10)_BT-(46|71).*|BR-FR-32.*",
        "Le SIRET du client n’a pas 14 chiffres, ou ne commence pas par son SIREN.",
        CUSTOMER_PAGE,
    ),
    ("CII-SR-465", "Le contact de l’émetteur est écrit deux fois.", ISSUER_PAGE),
    ("BR-CO-09", "Un numéro de TVA ne commence pas par le code de son pays, par exemple FR.", ISSUER_PAGE),
    ("BR-(S|E|Z)-02", "Le numéro de TVA de l’émetteur manque.", ISSUER_PAGE),
    (
        "BR-(49|50|61)|CII-SR-4(69|70)",
        "Le compte bancaire (IBAN) du règlement, ou sa référence, manque ou est en double.",
        ISSUER_PAGE,
    ),
    (
        "BR-FR-0[56]_.*PMT",
        "La mention de l’indemnité forfaitaire de 40 euros manque, ou est écrite deux fois.",
        ISSUER_PAGE,
    ),
    ("BR-FR-0[56]_.*PMD", "La mention des pénalités de retard manque, ou est écrite deux fois.", ISSUER_PAGE),
    ("BR-FR-0[56]_.*AAB", "La mention de l’escompte, ou de son absence, manque ou est écrite deux fois.", ISSUER_PAGE),
    (
        "BR-02|BR-FR-0[12]_BT-1",
        "Le numéro de la facture serait trop long ou aurait un signe interdit : revoyez son préfixe.",
        ISSUER_PAGE,
    ),
    ("BR-(E|O)-10", "Le motif d’exonération de TVA manque.", VAT_PAGE),
    ("FX-SCH-A-000589", "Le code du motif d’exonération de TVA n’existe pas.", VAT_PAGE),
    ("BR-(E|Z|O)-0[59]|BR-S-05", "Le taux de TVA d’une ligne ne va pas avec sa catégorie.", VAT_PAGE),
    ("BR-(S|Z)-10", "Un motif d’exonération est donné pour ce qui n’est pas exonéré.", VAT_PAGE),
    ("BR-FR-16_.*|BR-FR-DEC-04_.*", "Ce taux de TVA n’existe pas en France.", VAT_PAGE),
    (
        "BR-FR-15_.*|BR-47|BR-48|BR-CO-04|FX-SCH-A-000(587|619)",
        "La catégorie ou le taux de TVA d’une ligne manque ou est inconnu.",
        VAT_PAGE,
    ),
    (
        "BR-O-(02|11|12)",
        "Ce qui est hors du champ de la TVA se facture à part : séparez ces lignes en deux factures.",
        DRAFT_PAGE,
    ),
    (
        "BR-CO-17|BR-S-09",
        "La TVA des lignes, arrondie ligne par ligne, s’écarte d’un euro de celle du total : facturez en deux fois.",
        DRAFT_PAGE,
    ),
    ("BR-16|BR-O-01", "La facture n’a aucune ligne.", DRAFT_PAGE),
    ("BR-25", "La désignation d’une ligne manque.", DRAFT_PAGE),
    (
        "BR-2[23]|BR-FR-DEC-02_.*|FX-SCH-A-000613",
        "La quantité d’une ligne, ou son unité, manque ou est mal écrite.",
        DRAFT_PAGE,
    ),
    ("BR-2[67]|BR-FR-DEC-03_.*", "Le prix d’une ligne manque ou est négatif.", DRAFT_PAGE),
    ("BR-(29|30)|BR-CO-(19|20)", "Une période finit avant de commencer, ou n’a ni début ni fin.", DRAFT_PAGE),
    ("BR-FR-CO-07_.*", "L’échéance tombe avant la date de la facture.", DRAFT_PAGE),
    ("BR-03|BR-FR-03_.*", "Une date manque, ou son année n’est pas entre 2000 et 2099.", DRAFT_PAGE),
    (
        "BR-55|BR-FR-0[12]_BT-25|BR-FR-CO-0[45]_.*",
        "La facture à laquelle celle-ci se rapporte n’est pas dite.",
        DRAFT_PAGE,
    ),
    ("FX-SCH-A-000553", "Le code d’une mention n’existe pas.", ISSUER_PAGE),
    (
        r"BR-1[2345]|BR-2[14]|BR-4[56]|BR-CO-1[034568]|BR-[SEZO]-0[18]|(BR-|BR-FR-)DEC-.*",
        "Les montants de la facture ne s’additionnent pas comme la norme le veut.",
        "",
    ),
    (
        "BR-0[145]|BR-CO-03|BR-FR-04_.*|BR-FR-08_.*|BR-FR-CO-12_.*|PEPPOL-.*",
        "Le portail a mal rempli une donnée que la norme impose.",
        "",
    ),
)
_RULES = tuple((re.compile(f"(?:{rules})"), said, page) for rules, said, page in _SAID)


def finding(fault: Fault) -> Finding:
    """The fault as what an invoice lacks: its field, the sentence, the page (an endpoint, or empty)."""
    for rules, said, page in _RULES:
        if rules.fullmatch(fault.rule):
            return Finding(fault.term, f"{said} {_WHERE[page]} (Règle {fault.rule}.)", page)
    quoted = f"{fault.rule}{NBSP}: «{NBSP}{fault.message}{NBSP}»"
    return Finding(fault.term, f"La facture ne respecte pas la règle {quoted}. {_WHERE['']}", "")


def sentence(fault: Fault) -> str:
    """The fault in French: what is wrong, where it is corrected, and the rule, for who wants to look it up."""
    return finding(fault).sentence
