"""Whatever is typed in the settings, a customer or a rule is read, or refused on its field: never a fault of ours."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billing.rules.customer import CustomerDetails, read_customer
from billing.rules.issuer import IssuerDetails, read_issuer
from billing.rules.vat_rule import RuleDetails, read_rule
from billing.web.settings import LABELS, PLAIN
from kit.errors import Invalid

KNOWN = ["", "FR7630006000011234567890189", "13000796600018", "FR05130007966", "E", "S", "public", "email"]
strange = st.one_of(st.text(max_size=40), st.text("0123456789 .,-/FRé€%", max_size=20), st.sampled_from(KNOWN))
ISSUER = [*PLAIN, *LABELS, "terms.public", "ladders.public.1.days", "ladders.public.1.tone", "accounts.sales.number"]
RULE = ("subject", "status", "category", "rate", "exemption_text", "exemption_code")


def read(reading: Callable[[], Any]) -> tuple[Any, Mapping[str, str]]:
    """What was read, or the sentences by field."""
    try:
        return reading(), {}
    except Invalid as error:
        return None, error.fields


@given(st.dictionaries(st.sampled_from(ISSUER), strange))
def test_settings_are_read_or_refused(typed: dict[str, str]) -> None:
    found, refused = read(lambda: read_issuer(typed))
    assert isinstance(found, IssuerDetails) or (refused and all(refused.values()))


@given(st.dictionaries(st.sampled_from(list(CustomerDetails.__slots__)), strange))
def test_a_customer_is_read_or_refused(typed: dict[str, str]) -> None:
    found, refused = read(lambda: read_customer(typed))
    assert isinstance(found, CustomerDetails) or refused
    assert set(refused) <= set(CustomerDetails.__slots__)


@given(st.dictionaries(st.sampled_from(RULE), strange), st.one_of(st.none(), st.dates()))
def test_a_rule_is_read_or_refused(typed: dict[str, str], on: date | None) -> None:
    found, refused = read(lambda: read_rule({**typed, "starts_on": on}, ()))
    assert set(refused) <= {*RULE, "starts_on"}
    if isinstance(found, RuleDetails):
        assert (found.category == "S") == (found.rate > 0)
        assert found.exemption_text or found.category not in ("E", "O")
    else:
        assert refused
