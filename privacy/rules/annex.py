"""The annex of subcontracting (RGPD art. 28.3), from the facts of the register. Pure."""

from collections.abc import Mapping
from typing import Any

from privacy.rules.paper import paper, section

DUTIES = (
    ("a) Instructions", "Le sous-traitant ne traite les données que sur instruction documentée du responsable."),
    (
        "b) Confidentialité",
        "Les personnes qui exploitent le portail s’engagent à la confidentialité. La base de données "
        "refuse à l’exploitant la lecture des fichiers déposés.",
    ),
    ("c) Sécurité", "Mesures décrites pour chaque traitement ci-dessous (RGPD 32)."),
    ("d) Sous-traitants ultérieurs", "Aucun autre que l’hébergeur nommé ci-dessus sans accord écrit préalable."),
    (
        "e) Droits des personnes",
        "Le portail donne au responsable de quoi répondre\N{NO-BREAK SPACE}: copie des données "
        "(JSON et PDF), rectification, effacement, suivi des délais.",
    ),
    ("f) Assistance", "Cahier des violations avec son délai de 72 heures, registre, journal des actions vérifiable."),
    (
        "g) Sort des données",
        "Au terme du contrat, export complet dans des formats ouverts, avec empreintes, puis suppression.",
    ),
    (
        "h) Audits",
        "Le responsable peut vérifier le journal des actions et exporter ce qui prouve le respect de la "
        "présente annexe.",
    ),
)


def annex_paper(parties: Mapping[str, str], register: Mapping[str, Any]) -> dict[str, Any]:
    """The annex: parties, duties, then each processing as the register says it."""
    who = [
        ("Responsable", f"{parties['controller']}, avec {parties['on_behalf_of']}"),
        ("Contact", parties["contact"]),
        ("Délégué à la protection des données", parties["dpo"] or "À compléter"),
        ("Sous-traitant", "L’exploitant du portail (à compléter)"),
        ("Hébergeur", parties["host"] or "À compléter"),
    ]
    subject = [
        ("Objet", "Mise à disposition et exploitation du portail du centre régional de ressources cybersécurité."),
        ("Durée", "Celle du contrat d’exploitation."),
        ("Lieu", "Union européenne. Aucun transfert en dehors."),
    ]
    lead = "Annexe au contrat entre le responsable du traitement et son sous-traitant (RGPD, article 28)."
    parts = [
        section("Parties", who),
        section("Objet, durée, lieu", subject),
        section("Obligations du sous-traitant", list(DUTIES)),
        *register["sections"][1:],
    ]
    return paper(register["tenant"], register["colour"], "Annexe de sous-traitance", lead, parts)
