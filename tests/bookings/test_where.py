"""Where a service is done when nobody says: in the region, where most establishments are."""

import pytest

from bookings.rules.where import usual_department

BRETAGNE = ("22", "29", "35", "56")


@pytest.mark.parametrize(
    ("sites", "seat", "found"),
    [
        (["83", "83", "83", "29"], "83", "29"),  # a national gestionnaire: its only site of the region
        (["35", "29", "29"], "35", "29"),
        (["29", "35"], "75", "29"),  # a tie: always the same one
        (["83", "83", "13"], "75", "83"),  # none in the region
        ([None, None], "35", "35"),
        ([], None, None),
    ],
)
def test_the_usual_department(sites: list[str | None], seat: str | None, found: str | None) -> None:
    assert usual_department(sites, seat, BRETAGNE) == found
