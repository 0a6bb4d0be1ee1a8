"""What was read of the entity or of one establishment, in French: the facts behind a judgement. Pure."""

from datetime import date
from decimal import Decimal

from eligibility.rules import naming
from eligibility.rules.applicant import Establishment, LegalEntity
from eligibility.rules.judging import Judgement, deciding
from eligibility.rules.tree import Condition
from eligibility.rules.truth import Unknown
from finess.rules import nomenclature
from kit.french import NBSP, day


def of_entity(condition: Condition, value: object, entity: LegalEntity) -> str:
    """The sentence that tells the entity's fact, whatever the judgement: « Siège : Paris (75). »."""
    if condition.keyword == "open":
        state = "ouverte" if value else f"fermée{_since(entity)}"
        return f"Entité juridique {entity.finess_ej} au registre{NBSP}: {state}."
    if value is Unknown.NOT_CONSULTED:
        return f"{_entity_subject(condition)}{NBSP}: pas encore consulté."
    if value is None:
        return f"{_entity_subject(condition)}{NBSP}: information absente."
    return f"{_entity_subject(condition)}{NBSP}: {_entity_value(condition, value)}."


def _entity_subject(condition: Condition) -> str:
    name = naming.quoted(condition.name or "")
    return {
        "legal_status": "Statut juridique",
        "legal_status_group": "Statut juridique",
        "seat_department": "Siège",
        "seat_region": "Siège",
        "adherent": "Adhérent du GRADeS",
        "attribute": f"Information {name} tenue par l’ARS ou le GRADeS",
        "answer": f"Réponse à {name}",
        "applied_to": f"Dossier déposé à la campagne {name}",
        "awarded_in": f"Dossier retenu à la campagne {name}",
    }[condition.keyword]


def _entity_value(condition: Condition, value: object) -> str:
    match condition.keyword:
        case "legal_status" | "legal_status_group":
            group = nomenclature.status_group(str(value))
            return naming.legal_status(str(value)) + (f", {naming.status_group(group)}" if group else "")
        case "seat_department" | "seat_region":
            return naming.department(str(value))
    values = value if isinstance(value, tuple) else (value,)
    said = [naming.scalar(one) for one in values if isinstance(one, str | bool | int | float | Decimal)]
    return ", ".join(said) or "renseigné"


def of_establishment(establishment: Establishment, judgement: Judgement) -> str:
    """Why an establishment does not satisfy, or may satisfy: « la catégorie convient, mais il est fermé »."""
    reasons = ", ".join(dict.fromkeys(_reason(one, establishment) for one in deciding(judgement)))
    suits = _suits(judgement)
    return f"{suits}, mais {reasons}" if suits else reasons


def _suits(judgement: Judgement) -> str:
    """The one encouraging fact worth telling: the category, when it was asked and is right."""
    for part in judgement.parts:
        if isinstance(part.clause, Condition) and "category" in part.clause.keyword and part.truth:
            return "la catégorie convient"
    return ""


def _reason(judgement: Judgement, establishment: Establishment) -> str:
    condition, value = judgement.clause, judgement.value
    if not isinstance(condition, Condition):
        raise TypeError("An establishment is judged on conditions.")
    if judgement.truth is None:
        return _missing(condition, value)
    chosen = "est exclu" if condition.negated else "n’est pas retenu"
    match condition.keyword:
        case "open":
            return "il est ouvert" if establishment.is_open else f"il est fermé{_since(establishment)}"
        case "category" | "category_group":
            return f"la catégorie {chosen}e"
        case "department" | "region":
            return f"le département {chosen}"
        case "opened_on" if isinstance(value, date):
            return f"il a ouvert le {day(value)}"
        case "authorised_on" if isinstance(value, date):
            return f"il a été autorisé le {day(value)}"
        case "opened_on" | "authorised_on":
            return _missing(condition, value)
    return "il est autorisé" if value else "le dossier déclare qu’il n’est pas autorisé"


def _missing(condition: Condition, value: object) -> str:
    match condition.keyword:
        case "category_group" if value is not None:
            return "le groupe de sa catégorie n’est pas connu"
        case "category" | "category_group":
            return "sa catégorie est absente du registre"
        case "department" | "region":
            return "son département est absent du registre"
        case "opened_on":
            return "sa date d’ouverture est absente du registre"
        case "authorised_or_declared":
            return "sa date de première autorisation est absente du registre, et le dossier ne la déclare pas encore"
    return "sa date de première autorisation est absente du registre"


def _since(subject: LegalEntity | Establishment) -> str:
    return f" depuis le {day(subject.closed_on)}" if subject.closed_on else ""
