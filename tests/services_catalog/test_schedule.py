"""Price schedules on the real database: import, difference, publication, revision, files."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from kit.actor import Actor, operator, system
from kit.document.finding import Refused
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.storage import keep_bytes, storage
from kit.transaction import transaction
from services_catalog.models import Lot, PriceLine, PriceSchedule, Service
from services_catalog.rules.price import Priced, Unpriced
from services_catalog.service.price import price_step
from services_catalog.service.revision import NewRevision, foresee_revision, revise_schedule
from services_catalog.service.schedule import NewSchedule, discard_schedule, import_schedule, view_schedule
from services_catalog.service.schedule_file import export_schedule, read_original, write_template
from services_catalog.service.schedule_publication import foresee_publication, publish_schedule
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.services_catalog.bpu_files import FORMULA, a_draft, a_file, a_line, published
from tests.services_catalog.market import Supplier, a_facility, a_lot, a_service, a_supplier


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody who runs the market."""
    return a_person(tenant, "grades_manager")


@pytest.fixture
def held(tenant: Tenant) -> tuple[Lot, Supplier, Service]:
    """A lot, its holder, and a service to sell."""
    supplier = a_supplier(tenant)
    return a_lot(tenant, supplier), supplier, a_service(tenant)[0]


def price_on(tenant: Tenant, service: Service, finess_ej: str, on: date) -> Priced | Unpriced:
    with transaction(system(tenant.id, "tests")) as tx:
        return price_step(tx, service.id, finess_ej, on, 1)[1]


def test_a_draft_gives_no_price_before_it_is_published(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    facility = a_facility(tenant)
    draft = a_draft(grades, lot, supplier, a_line("EX-01", service))
    assert isinstance(price_on(tenant, service, facility.finess_ej, date(2026, 6, 1)), Unpriced)
    publish_schedule(grades, draft.id)
    found = price_on(tenant, service, facility.finess_ej, date(2026, 6, 1))
    assert isinstance(found, Priced)
    assert (found.code, found.unit_cents) == ("EX-01", 150_000)


def test_a_file_with_faults_leaves_nothing(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    with pytest.raises(Refused) as refused:
        a_draft(grades, lot, supplier, a_line("EX-01", service, price="cher"), a_line("EX-02", end="31/12/2030"))
    assert refused.value.fields.keys() == {"I2", "L3"}
    assert view_lot_schedules(tenant, lot) == []


def view_lot_schedules(tenant: Tenant, lot: Lot) -> list[str]:
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(PriceSchedule.state).where(PriceSchedule.lot_id == lot.id)))


def test_the_form_is_checked_against_the_agreement(grades: Actor, held: Any, tenant: Tenant) -> None:
    lot, supplier, service = held
    stranger = a_supplier(tenant)
    for provider, starts_on, ends_on, field in (
        (stranger, date(2026, 1, 1), date(2026, 12, 31), "provider_id"),
        (supplier, date(2024, 12, 31), date(2026, 12, 31), "starts_on"),
        (supplier, date(2026, 1, 1), date(2029, 1, 1), "ends_on"),
        (supplier, date(2026, 2, 1), date(2026, 1, 1), "ends_on"),
        (supplier, None, date(2026, 1, 1), "starts_on"),
    ):
        with pytest.raises(Invalid) as refused:
            sent = NewSchedule(provider.provider.id, starts_on, ends_on, "b.csv", a_file(a_line("A", service)))
            import_schedule(grades, lot.id, sent)
        assert refused.value.fields.keys() == {field}


def test_who_may(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    draft = a_draft(grades, lot, supplier, a_line("A", service))
    ars = a_person(tenant, "ars_instructor")
    assert view_schedule(ars, draft.id).schedule.id == draft.id
    with pytest.raises(Forbidden):
        publish_schedule(ars, draft.id)
    with pytest.raises(Forbidden):
        a_draft(ars, lot, supplier, a_line("A", service))
    with pytest.raises(NotFound):
        view_schedule(supplier.owner, draft.id)
    with pytest.raises(NotFound):
        discard_schedule(a_facility(tenant).owner, draft.id)


def test_a_new_schedule_ends_the_one_in_force_the_day_before(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    facility = a_facility(tenant)
    first = published(grades, lot, supplier, a_line("A", service), a_line("B"), a_line("C"))
    new = [a_line("A", service, "1 545,00"), a_line("C", price="1200"), a_line("D")]
    second = a_draft(grades, lot, supplier, *new, starts_on=date(2027, 1, 1))
    outlook = foresee_publication(grades, second.id)
    assert outlook.before is not None
    assert outlook.before.id == first.id
    assert [
        (change.kind, change.code, change.percent.replace("\N{NO-BREAK SPACE}", " ")) for change in outlook.changes
    ] == [
        ("dearer", "A", "+3 %"),
        ("cheaper", "C", "\N{MINUS SIGN}20 %"),
        ("added", "D", ""),
        ("removed", "B", ""),
    ]
    publish_schedule(grades, second.id)
    assert view_schedule(grades, first.id).schedule.ends_on == date(2026, 12, 31)
    prices = [price_on(tenant, service, facility.finess_ej, on) for on in (date(2026, 12, 31), date(2027, 1, 1))]
    assert [price.unit_cents for price in prices if isinstance(price, Priced)] == [150_000, 154_500]


def test_a_schedule_cannot_begin_before_the_one_it_would_end(grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    published(grades, lot, supplier, a_line("A", service))
    again = a_draft(grades, lot, supplier, a_line("A", service))
    assert "déjà publié" in (foresee_publication(grades, again.id).refusal or "")
    with pytest.raises(Conflict, match="déjà publié"):
        publish_schedule(grades, again.id)


def test_the_database_refuses_two_published_schedules_that_overlap(tenant: Tenant, grades: Actor, held: Any) -> None:
    """The last wall, whatever a command forgets."""
    lot, supplier, service = held
    published(grades, lot, supplier, a_line("A", service))
    again = a_draft(grades, lot, supplier, a_line("A", service))
    with pytest.raises(IntegrityError):
        with transaction(system(tenant.id, "tests")) as tx:
            where = PriceSchedule.id == again.id
            tx.session.execute(update(PriceSchedule).where(where).values(state="published", published_at=tx.now))


@pytest.mark.parametrize(
    "statement",
    [
        "update price_line set unit_cents = 0",
        "update price_revision set coefficient_ppm = 1",
        *(f"delete from {table}" for table in ("price_line", "price_revision", "price_schedule")),
    ],
)
def test_the_database_refuses_that_a_price_changes(tenant: Tenant, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        with transaction(system(tenant.id, "tests")) as tx:
            tx.session.execute(text(statement))


def test_published_twice_at_once_is_published_once(grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    draft = a_draft(grades, lot, supplier, a_line("A", service))

    def publish(_: int) -> bool:
        try:
            publish_schedule(grades, draft.id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(publish, range(5))) == 1


def test_what_was_shown_is_what_is_published(grades: Actor, held: Any) -> None:
    """Somebody else publishes while the changes are being read: they are not the changes any more."""
    lot, supplier, service = held
    published(grades, lot, supplier, a_line("A", service))
    mine, theirs = (
        a_draft(grades, lot, supplier, a_line("A", service), starts_on=day)
        for day in (date(2027, 6, 1), date(2027, 1, 1))
    )
    outlook = foresee_publication(grades, mine.id)
    assert outlook.before is not None
    publish_schedule(grades, theirs.id, outlook.before.number)
    with pytest.raises(Conflict, match="a été publié depuis"):
        publish_schedule(grades, mine.id, outlook.before.number)
    assert publish_schedule(grades, mine.id, theirs.number).state == "published"


def test_what_is_put_aside_is_never_published(grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    draft = a_draft(grades, lot, supplier, a_line("A", service))
    assert discard_schedule(grades, draft.id).state == "discarded"
    with pytest.raises(Conflict):
        publish_schedule(grades, draft.id)
    with pytest.raises(Conflict):
        discard_schedule(grades, published(grades, lot, supplier, a_line("A", service)).id)


def test_a_revision_is_foreseen_line_by_line_then_decided(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    facility = a_facility(tenant)
    schedule = published(grades, lot, supplier, a_line("A", service), formula=FORMULA)
    asked = NewRevision("317,18", date(2026, 4, 1), date(2026, 10, 1))
    outlook = foresee_revision(grades, schedule.id, asked)
    assert outlook.coefficient_ppm == 1_018_000
    assert [(one.before_cents, one.after_cents, one.kind) for one in outlook.changes] == [(150_000, 152_700, "dearer")]
    assert view_schedule(grades, schedule.id).revisions == []
    revise_schedule(grades, schedule.id, asked)
    found = price_on(tenant, service, facility.finess_ej, date(2026, 11, 22))
    assert isinstance(found, Priced)
    assert found.unit_cents == 152_700
    assert found.sentence.endswith("révisé de +1,8\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (NewRevision("beaucoup", date(2026, 4, 1), date(2026, 10, 1)), "index_value"),
        (NewRevision("99999", date(2026, 4, 1), date(2026, 10, 1)), "index_value"),
        (NewRevision("300", date(2024, 4, 1), date(2026, 10, 1)), "index_on"),
        (NewRevision("300", None, date(2026, 10, 1)), "index_on"),
        (NewRevision("300", date(2026, 4, 1), date(2026, 1, 1)), "starts_on"),
        (NewRevision("300", date(2026, 4, 1), date(2028, 1, 1)), "starts_on"),
        (NewRevision("300", date(2026, 4, 1), None), "starts_on"),
    ],
)
def test_a_revision_that_cannot_be(grades: Actor, held: Any, asked: NewRevision, field: str) -> None:
    lot, supplier, service = held
    schedule = published(grades, lot, supplier, a_line("A", service), formula=FORMULA)
    with pytest.raises(Invalid) as refused:
        revise_schedule(grades, schedule.id, asked)
    assert refused.value.fields.keys() == {field}


def test_a_revision_is_decided_once_and_only_by_a_formula(grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    asked = NewRevision("312", date(2026, 4, 1), date(2026, 10, 1))
    draft = a_draft(grades, lot, supplier, a_line("A", service), formula=FORMULA)
    with pytest.raises(Conflict, match="publié"):
        revise_schedule(grades, draft.id, asked)
    publish_schedule(grades, draft.id)
    revise_schedule(grades, draft.id, asked)
    with pytest.raises(Invalid, match="corrigez"):
        revise_schedule(grades, draft.id, asked)
    firm = published(grades, lot, supplier, a_line("A", service), starts_on=date(2027, 1, 1))
    with pytest.raises(Conflict, match="fermes"):
        revise_schedule(grades, firm.id, asked)


def test_a_change_is_compared_with_the_revised_price(grades: Actor, held: Any) -> None:
    """What facilities pay, not what the first schedule said."""
    lot, supplier, service = held
    schedule = published(grades, lot, supplier, a_line("A", service), formula=FORMULA)
    revise_schedule(grades, schedule.id, NewRevision("317,18", date(2026, 4, 1), date(2026, 10, 1)))
    same = a_draft(grades, lot, supplier, a_line("A", service, "1527,00"), starts_on=date(2027, 1, 1))
    (change,) = foresee_publication(grades, same.id).changes
    assert (change.kind, change.before_cents) == ("same", 152_700)


def test_files_come_back_as_they_were(tenant: Tenant, grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    content = a_file(a_line("A", service, measure="postes", low=1, high=50), a_line("B", tariff="adhérent"))
    sent = NewSchedule(supplier.provider.id, date(2026, 1, 1), date(2027, 12, 31), "Bordereau 2026.csv", content)
    schedule = import_schedule(grades, lot.id, sent)
    assert read_original(grades, schedule.id) == ("Bordereau 2026.csv", content)
    (kept,) = storage().names(tenant.id)
    storage().forget(kept)
    keep_bytes(f"schedules/{tenant.id}/{schedule.sha256}", content)  # where the first versions kept it
    assert read_original(grades, schedule.id) == ("Bordereau 2026.csv", content)
    for kind in ("csv", "xlsx"):
        name, exported = export_schedule(grades, schedule.id, kind)  # type: ignore[arg-type]
        assert name == f"bordereau-lot-2-1.{kind}"
        again = NewSchedule(supplier.provider.id, schedule.starts_on, schedule.ends_on, name, exported)
        assert facts(tenant, import_schedule(grades, lot.id, again)) == facts(tenant, schedule)


def facts(tenant: Tenant, schedule: PriceSchedule) -> list[Any]:
    columns = [one for one in PriceLine.__table__.c if one.name not in ("id", "schedule_id")]
    with transaction(operator("tests", tenant.id)) as tx:
        query = select(*columns).where(PriceLine.schedule_id == schedule.id).order_by(PriceLine.position)
        return [tuple(row) for row in tx.session.execute(query)]


def test_the_template_names_the_catalogue_and_reads_back(grades: Actor, held: Any) -> None:
    lot, supplier, _ = held
    sent = NewSchedule(supplier.provider.id, date(2026, 1, 1), date(2027, 12, 31), "t.xlsx", write_template(grades))
    assert len(view_schedule(grades, import_schedule(grades, lot.id, sent).id).lines) == 2


def test_warnings_stay_with_the_draft(grades: Actor, held: Any) -> None:
    lot, supplier, service = held
    draft = a_draft(grades, lot, supplier, a_line("A", service), a_line("B"))
    (warning,) = view_schedule(grades, draft.id).schedule.report
    assert warning["path"] == "C3"
