"""What happened before you came: a register, two regions, the calls of 2025 told to the end, and today's."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import cycle

import click

from app.demo import bills, calls, files, register, year
from app.demo.accounts import accounts
from app.demo.missions import Buyer
from app.demo.people import ARS_INSTRUCTOR, ARS_MANAGER, MANAGER, NORMAN, STAFF, Person, acting, applicant, appoint
from app.demo.portal import introduce
from app.demo.privacy import privacy
from campaigns.models import Campaign, Candidacy
from campaigns.service.decision import decide
from campaigns.service.release import preview_release, release_decisions
from campaigns.service.review import assign_files, write_review
from campaigns.service.submission import withdraw_candidacy
from finess.rules.geography import regions
from kit import clock
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.entity import set_adhesion
from tenants.service.tenant import create_tenant

REFUSAL = "Les établissements concernés ont déjà réalisé un exercice financé cette année."
NOTES = cycle(
    [
        ("complete", 84, "Projet clair, référent nommé, direction présente à l’exercice."),
        ("complete", 71, "Bon dossier. Le périmètre pourrait inclure le service à domicile."),
        ("incomplete", 55, "Le nombre de participants paraît faible pour trois établissements."),
        ("complete", 62, "Exercice déjà fait il y a deux ans ; motivation à préciser."),
    ]
)


def tell() -> None:
    """Make everything, with a line on each step."""
    click.echo("Première fois\N{NO-BREAK SPACE}: la démonstration se prépare (une à deux minutes).")
    _step("un registre FINESS fictif, au dixième du registre national")
    register.fill()
    _step("les portails bretagne et normandie, et leurs équipes")
    bretagne, normandie = _portals()
    manager = acting(bretagne, ARS_MANAGER)
    numbers = register.eligible(bretagne)
    for number in numbers[::2]:
        set_adhesion(operator("démonstration", bretagne.id), number, calls.TRUE.opens_on)
    _step("un marché inventé\N{NO-BREAK SPACE}: trois lots, trois titulaires, quarante lignes, tout le catalogue")
    market = year.open_market(bretagne)
    bills.open_office(bretagne)
    _step("les appels de 2025, de l’ouverture à la notification")
    for name, places in (("exercice", 8), ("cyberdiagnostic", 4)):
        call = calls.publish(manager, calls.document(name), calls.TRUE.open_at() - timedelta(days=8))
        _play(bretagne, call, numbers[: places + 5], calls.TRUE, places)
    _step("un appel en cours d’instruction, et les appels ouverts aujourd’hui")
    _instruct(bretagne, numbers[10:22])
    _open_today(bretagne, numbers[20:])
    _norman_call(normandie)
    _step("un an de prestations\N{NO-BREAK SPACE}: droits, commandes, missions, temps partagé")
    buyers = [Buyer(bretagne, number, _person_of(number)) for number in numbers[:20]]
    year.follow(bretagne, market, buyers)
    year.answer_latest(bretagne, _autumn_call(bretagne, numbers), buyers[0])
    _step("un an de factures\N{NO-BREAK SPACE}: cotisations, abonnements, parts de l’ARS, virements, relances")
    bills.follow(bretagne, buyers)
    _step("qui a accès, ce que le portail dit de lui")
    introduce(bretagne)
    accounts(bretagne)
    privacy(bretagne)


def _step(text: str) -> None:
    click.echo(f"  · {text}")


def _portals() -> tuple[Tenant, Tenant]:
    known = regions()
    bretagne, normandie = (
        create_tenant(
            operator("démonstration"),
            slug,
            name,
            ars=known[code].ars,
            region_code=code,
            zone="Europe/Paris",
            contact_email=f"cyber@{slug}.test",
            colour=colour,
        )
        for slug, name, code, colour in (
            ("bretagne", "GIP e-santé Bretagne", "53", "#0b5563"),
            ("normandie", "Normand’e-santé", "28", "#7a1f4b"),
        )
    )
    appoint(bretagne, *STAFF)
    appoint(normandie, NORMAN)
    return bretagne, normandie


def _crowd() -> Iterator[Person]:
    """Claire Le Goff first, then everybody else."""
    yield MANAGER
    number = 1
    while True:
        yield applicant(number)
        number += 1


def _submit_all(tenant: Tenant, call: Campaign, numbers: Sequence[str], first: datetime) -> list[Candidacy]:
    """One file each, a few hours apart. An organism keeps the person it had in an earlier call."""
    return [
        files.submit(tenant, call, number, _person_of(number), first + timedelta(hours=5 * rank))
        for rank, number in enumerate(numbers)
    ]


_persons: dict[str, Person] = {}
_everybody = _crowd()


def _person_of(number: str) -> Person:
    if number not in _persons:
        _persons[number] = next(_everybody)
    return _persons[number]


def _review(tenant: Tenant, candidacies: Sequence[Candidacy], at: datetime) -> None:
    with clock.frozen(at):
        instructor = acting(tenant, ARS_INSTRUCTOR)
        assign_files(instructor, [one.id for one in candidacies], instructor.user_id)
        for one in candidacies:
            completeness, score, note = next(NOTES)
            write_review(instructor, one.id, completeness, note, score, 1)


def _play(tenant: Tenant, call: Campaign, numbers: Sequence[str], calendar: calls.Calendar, places: int) -> None:
    """A whole call: files, instruction, decisions, notification."""
    submitted = _submit_all(tenant, call, numbers, calendar.open_at() + timedelta(hours=2))
    instruction = calendar.close_at() + timedelta(days=2)
    _review(tenant, submitted, instruction)
    with clock.frozen(instruction + timedelta(hours=1)):
        manager = acting(tenant, ARS_MANAGER)
        for rank, one in enumerate(submitted):
            outcome = "accepted" if rank < places else "waitlisted" if rank < places + 3 else "refused"
            decide(manager, one.id, outcome, REFUSAL if outcome == "refused" else "")
    with clock.frozen(calendar.tell_at()):
        manager = acting(tenant, ARS_MANAGER)
        release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)


def _instruct(tenant: Tenant, numbers: Sequence[str]) -> None:
    """A second phase that closed three days ago: assigned, half reviewed, a few decisions pending."""
    now = clock.now()
    calendar = calls.around(now.date(), opened=17)
    words = {"bretagne-2025": "bretagne-2026-automne", "1re phase": "2e phase"}
    text = calls.document("exercice", calendar, words)
    call = calls.publish(acting(tenant, ARS_MANAGER), text, calendar.open_at() - timedelta(days=2))
    submitted = _submit_all(tenant, call, numbers, calendar.open_at() + timedelta(hours=1))
    _review(tenant, submitted[: len(submitted) // 2], now)
    manager = acting(tenant, ARS_MANAGER)
    for one in submitted[:4]:
        decide(manager, one.id, "accepted")
    decide(manager, submitted[4].id, "refused", REFUSAL)


def _open_today(tenant: Tenant, numbers: Sequence[str]) -> None:
    """Both calls, open since three days: drafts, files submitted, one withdrawn."""
    now = clock.now()
    calendar = calls.around(now.date(), opened=3)
    words = {"bretagne-2025": "bretagne-2026", "1re phase": "3e phase"}
    for name, drafts, sent in (("exercice", 4, 5), ("cyberdiagnostic", 2, 3)):
        text = calls.document(name, calendar, words, calls.PAPERS if name == "exercice" else "")
        call = calls.publish(acting(tenant, ARS_MANAGER), text, calendar.open_at() - timedelta(days=2))
        first = calendar.open_at() + timedelta(hours=1)
        claire = next(number for number, person in _persons.items() if person is MANAGER)
        files.start(tenant, call, claire, MANAGER, first)
        for number in numbers[:drafts]:
            files.start(tenant, call, number, _person_of(number), first)
        submitted = _submit_all(tenant, call, numbers[drafts : drafts + sent], first)
        last = _person_of(numbers[drafts + sent - 1])
        with clock.frozen(first + timedelta(hours=30)):
            withdraw_candidacy(acting(tenant, last), submitted[-1].id)


def _autumn_call(tenant: Tenant, numbers: Sequence[str]) -> Campaign:
    """A call told three weeks ago: what it gave waits to be booked."""
    calendar = calls.around(clock.now().date(), opened=45)
    words = {"bretagne-2025": "bretagne-2026-rentree", "1re phase": "rentrée 2026"}
    call = calls.publish(
        acting(tenant, ARS_MANAGER), calls.document("exercice", calendar, words), calendar.open_at() - timedelta(days=2)
    )
    _play(tenant, call, [numbers[0], *numbers[22:28]], calendar, 4)
    return call


def _norman_call(tenant: Tenant) -> None:
    """The other region's own call, which Bretagne must never see."""
    calendar = calls.around(clock.now().date(), opened=1)
    departments = {'"22" # Côtes-d’Armor': '"14" # Calvados', '"29" # Finistère': '"27" # Eure'}
    departments |= {'"35" # Ille-et-Vilaine': '"50" # Manche', '"56" # Morbihan': '"76" # Seine-Maritime'}
    names = {"Côtes-d’Armor, Finistère, Ille-et-Vilaine, Morbihan": "Calvados, Eure, Manche, Seine-Maritime"}
    regional = {"Bretagne": "Normandie", "bretagne-2025": "normandie-2026"}
    text = calls.document("exercice", calendar, departments | names | regional)
    calls.publish(acting(tenant, NORMAN), text, calendar.open_at() - timedelta(days=1))
