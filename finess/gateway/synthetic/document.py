"""Synthetic structures in the words of FINESS+ ("structures", 2026): the same keys, orders, absences and oddities."""

from datetime import date, timedelta
from typing import Any

from finess.gateway.synthetic import identity
from finess.gateway.synthetic.dice import Dice
from finess.gateway.synthetic.naming import establishment_name, fill
from finess.gateway.synthetic.operators import OPERATORS
from finess.gateway.synthetic.places import address, commune_in
from finess.gateway.synthetic.plan import NATIONAL_OPEN_ET, PlannedEJ, PlannedET

# Shares of the real register of 5 September 2026, or what its sample shows.
WITH_SIRET = 91_542 / NATIONAL_OPEN_ET
EXERCISE_NOT_FIRST = 2_294 / NATIONAL_OPEN_ET
PADDED = 0.3
NO_EGE_KEY = 0.2  # among EJ without ET
_EPOCH = date(1950, 1, 1)
_SHORT, _LONG = 32, 60  # widths of the old base


class Documents:
    """Writes planned structures out, one EJ at a time, in the order of the plan: identifiers and numbers go up."""

    def __init__(self, dice: Dice, until: date) -> None:
        self._dice = dice
        self._days = (until - _EPOCH).days
        self._numbers = identity.Numbers()
        self._ids = {"pm": 0, "ege": 0, "event": 0}

    def legal_entity(self, planned: PlannedEJ) -> dict[str, Any]:
        """One entry of `pmej[]`, its establishments inside."""
        dice = self._dice
        commune = commune_in(dice, planned.department)
        kind = OPERATORS[planned.operator]
        name = fill(dice, dice.one_of(kind.names), commune[2])
        opened, closed = self._dates(planned.is_open)
        padded = not planned.is_open and dice.chance(PADDED)
        number = self._next("pm")
        siren = identity.siren(int(number)) if dice.chance(0.97) else None
        information: dict[str, Any] = {"pmSmsseId": number, "codeApe": dice.one_of(("86.10Z", "87.10A", "88.10B"))}
        information["dateCreation"] = opened
        if closed:
            information["dateFermeture"] = closed
        information["denominationLonguePmSmsse"] = name.ljust(_LONG) if padded else name
        information["denominationPm"] = name[:_SHORT].ljust(_SHORT) if padded else name[:_SHORT]
        information["numFinessPm"] = self._numbers.finess(planned.department)
        if siren:
            information["siren"] = siren
        information |= {"statutJuridique": kind.statuses.draw(dice), "typePersonneMorale": "01"}
        document: dict[str, Any] = {
            "informationsGeneralesPMEJ": information,
            "adresse": [address(dice, "02", commune, padded)],
            "contact": [_contact(dice)],
            "engagement": [],
            "evenement": self._events("PM", number, opened, closed),
        }
        if planned.establishments or not dice.chance(NO_EGE_KEY):
            document["ege"] = [
                self._establishment(et, siren, rank) for rank, et in enumerate(planned.establishments, 1)
            ]
        return document | _state(planned.is_open, closed or opened)

    def _establishment(self, planned: PlannedET, siren: str | None, rank: int) -> dict[str, Any]:
        dice = self._dice
        commune = commune_in(dice, planned.department)
        name = establishment_name(dice, planned.category, commune[2])
        opened, closed = self._dates(planned.is_open)
        padded = not planned.is_open and dice.chance(PADDED)
        number = self._next("ege")
        information: dict[str, Any] = {"egeId": number}
        if closed:
            information["dateFermeture"] = closed
        information |= {"dateOuverture": opened, "datePremiereAutorisation": opened}
        information["nomEgeCourt"] = name[:_SHORT].ljust(_SHORT) if padded else name[:_SHORT]
        information["nomEgeLong"] = name.ljust(_LONG) if padded else name
        information |= {"numFinessEge": self._numbers.finess(planned.department), "espic": [dice.one_of("013")]}
        if siren and dice.chance(WITH_SIRET / 0.97):
            information["siret"] = identity.siret(siren, rank)
        document: dict[str, Any] = {"informationsGeneralesEGE": information}
        if planned.category:
            document["categorieentiteGeographiqueExercice"] = planned.category
        addresses = [address(dice, "03", commune, padded)]
        if planned.is_open and dice.chance(EXERCISE_NOT_FIRST):
            # A postal address first, in another département: taking the first address moves the ET.
            elsewhere = "75" if planned.department != "75" else "59"
            addresses.insert(0, address(dice, "02", commune_in(dice, elsewhere), padded))
        return (
            document
            | {"modefixationtarifaire": dice.one_of(("01", "03", "07", "08", "40", "57")), "typeBudget": ["01"]}
            | {"adresse": addresses, "contact": [_contact(dice)], "engagement": self._engagements(opened)}
            | {"evenement": self._events("EG", number, opened, closed), "roleEge": []}
            | _state(planned.is_open, closed or opened)
        )

    def _next(self, series: str) -> str:
        self._ids[series] += 1
        return str(self._ids[series])

    def _dates(self, is_open: bool) -> tuple[str, str | None]:
        """When it opened, and when it closed (ISO), both before the register's date."""
        start = self._dice.below(self._days)
        opened = _EPOCH + timedelta(days=start)
        if is_open:
            return opened.isoformat(), None
        return opened.isoformat(), (opened + timedelta(days=self._dice.below(self._days - start))).isoformat()

    def _engagements(self, opened: str) -> list[dict[str, Any]]:
        if not self._dice.chance(0.5):
            return []
        return [
            {
                "engagementId": self._next("event"),
                "typeEngagement": "CONV",
                "sousTypeEngagement": "ASE",
                "dateEffetEngagement": opened,
                "dateSignatureEngagement": opened,
                "autoriteRegulationEngagement": [],
            }
        ]

    def _events(self, kind: str, subject: str, opened: str, closed: str | None) -> list[dict[str, str]]:
        happened = [(opened, "003", "003"), (opened, "007", "007")]
        if closed:
            happened.append((closed, "100", "005"))
        return [
            {
                "evenementId": self._next("event"),
                "dateEnregistrement": "2023-03-15 11:21:01",
                "dateEvenement": on,
                "etatObjet1": state,
                "identifiantObjet1": subject,
                "systemeMaitre": "01",
                "typeObjet1": kind,
                "codeEvenement": code,
            }
            for on, state, code in happened
        ]


def _contact(dice: Dice) -> dict[str, Any]:
    return {"typeContact": {"roleContact": "01"}, "telecom": {"telephone": identity.telephone(dice)}}


def _state(is_open: bool, changed_on: str) -> dict[str, str]:
    return {"etatObjet": "A" if is_open else "I", "dateDerniereMaj": f"{changed_on} 00:00:00"}
