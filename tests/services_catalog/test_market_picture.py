"""What the pictures of the market say in words."""

from datetime import date

import pytest

from services_catalog.models import FrameworkAgreement
from services_catalog.service.agreement import AgreementPicture
from services_catalog.web.market_picture import remaining


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2025, 12, 31), ""),
        (date(2026, 1, 1), "encore 4 ans"),
        (date(2026, 1, 2), "encore 3 ans et 11 mois"),
        (date(2027, 1, 6), "encore 2 ans et 11 mois"),
        (date(2029, 10, 1), "encore 3 mois"),
        (date(2029, 12, 1), "encore 31 jours"),
        (date(2029, 12, 31), "encore 1 jour"),
        (date(2030, 1, 1), ""),
    ],
)
def test_what_remains_of_an_agreement_is_never_rounded_up(on: date, words: str) -> None:
    agreement = FrameworkAgreement(starts_on=date(2026, 1, 1), ends_on=date(2029, 12, 31))
    assert remaining(AgreementPicture(agreement, [], on)).replace("\N{NO-BREAK SPACE}", " ") == words
