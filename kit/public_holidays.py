"""Public holidays of a département: thirteen in Alsace and Moselle, others overseas. Pure (library `holidays`)."""

from datetime import date
from functools import cache

from holidays import country_holidays

# INSEE code → the library's subdivision. Anything else has the eleven days of the code du travail.
SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def is_holiday(on: date, *departments: str | None) -> bool:
    """Whether nobody works that day in one of these départements (INSEE codes; None: nowhere in particular)."""
    return any(on in holidays_of(department, on.year) for department in {*departments})


def holiday_name(on: date, department: str | None) -> str:
    """« Lundi de Pâques », "" on other days."""
    return holidays_of(department, on.year).get(on, "")


@cache
def holidays_of(department: str | None, year: int) -> dict[date, str]:
    """The public holidays of a year: {day: French name}."""
    return dict(country_holidays("FR", subdiv=SUBDIVISIONS.get(department or ""), years=year, language="fr").items())
