"""What a portal knows of a legal entity beyond the register: its membership of the GRADeS, facts set by hand."""

import json
import re
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import day
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Adhesion, EntityAttribute
from tenants.permissions import PERMISSIONS
from tenants.queries.tenant import list_adhesions

_NUMBER = re.compile(r"[0-9][0-9AB][0-9]{7}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def check_finess_ej(number: str) -> str:
    """Nine characters, as the register writes them; whether it exists is for the register to say. Raises Invalid."""
    tidy = re.sub(r"\s", "", number).upper()
    if not _NUMBER.fullmatch(tidy):
        fault = "Un numéro FINESS compte neuf chiffres (avec 2A ou 2B en tête pour la Corse)."
        raise Invalid(fault, {"finess_ej": fault})
    return tidy


def set_adhesion(actor: Actor, finess_ej: str, since_on: date, until_on: date | None = None) -> Adhesion:
    """Write from when to when (included; None: still) a legal entity is a member. The same start replaces the end.

    Raises Invalid (fields finess_ej, until_on), Conflict when it overlaps another period.
    """
    number = check_finess_ej(finess_ej)
    if until_on is not None and until_on < since_on:
        fault = "L’adhésion ne peut pas finir avant de commencer."
        raise Invalid(fault, {"until_on": fault})
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "adhesion.set")
        known = list_adhesions(tx.session, number)
        for other in known:
            starts_before_end = until_on is None or other.since_on <= until_on
            if (
                other.since_on != since_on
                and starts_before_end
                and (other.until_on is None or other.until_on >= since_on)
            ):
                end = f"au {day(other.until_on)}" if other.until_on else "sans date de fin"
                raise Conflict(f"Une adhésion court déjà du {day(other.since_on)} {end}. Rien n’a été modifié.")
        adhesion = next((other for other in known if other.since_on == since_on), None)
        if adhesion is None:
            adhesion = tx.add(Adhesion(finess_ej=number, since_on=since_on))
        adhesion.until_on = until_on
        tx.audit("adhesion.set", None, finess_ej=number, since_on=str(since_on), until_on=until_on and str(until_on))
        return adhesion


def set_attribute(actor: Actor, finess_ej: str, name: str, value: Any) -> None:
    """Set a fact about a legal entity: text, whole number or yes/no. Raises Invalid (fields finess_ej, name, value)."""
    number = check_finess_ej(finess_ej)
    if not _NAME.fullmatch(name):
        fault = "Le nom d’un attribut s’écrit en minuscules sans accent, chiffres et _, par exemple niveau_de_risque."
        raise Invalid(fault, {"name": fault})
    if not isinstance(value, (str, int)) or len(json.dumps(value)) > 500:
        fault = "La valeur d’un attribut est un texte court, un nombre entier, ou true ou false."
        raise Invalid(fault, {"value": fault})
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "entity_attribute.set")
        row = {"tenant_id": tx.tenant_id, "finess_ej": number, "name": name}
        statement = insert(EntityAttribute).values(**row, value=value, set_at=tx.now)
        tx.session.execute(
            statement.on_conflict_do_update(index_elements=list(row), set_={"value": value, "set_at": tx.now})
        )
        tx.audit("entity_attribute.set", None, finess_ej=number, name=name)
