"""Starting a file from a number: the register fills in what it knows, the organisation's account opens if need be."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from campaigns.models import Campaign, CampaignVersion, Candidacy
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.queries.snapshot import snapshot
from campaigns.rules import filing, window
from campaigns.rules.reference import new_reference
from campaigns.rules.states import CANDIDACY
from campaigns.service.verdict import Assessment, assess_entity
from eligibility.queries.compiling import NOT_CONSULTED
from finess.models import LegalEntity, RegistryEdition
from finess.queries.edition import get_edition
from finess.queries.number import resolve_number
from finess.queries.structure import claimed_entity, find_legal_entity
from finess.rules.names import readable
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation
from tenants.queries.organisation import find_organisation
from tenants.service.organisation import open_organisation

NOT_STARTED = "Le dossier n’est pas commencé."


@dataclass(frozen=True, slots=True)
class Call:
    """A call that somebody wants to answer."""

    campaign: Campaign
    version: CampaignVersion
    moment: window.Moment


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who a typed number leads to. `sentence` is the register's answer; `applicant` what a file would keep.

    `must_declare` asks for a function: the organisation has no account yet, or the person is not in it. `file_id` is
    the file the person's organisation has already.
    """

    call: Call
    sentence: str
    is_establishment: bool
    applicant: dict[str, Any]
    assessment: Assessment
    must_declare: bool
    file_id: UUID | None


def open_call(actor: Actor, slug: str) -> Call:
    """The call, when a file may be started for it now. Raises NotFound, TooLate, Conflict."""
    with transaction(actor) as tx:
        return _call(tx, slug)


def recognise_applicant(actor: Actor, slug: str, number: str) -> Recognised:
    """Look who `number` (EJ, ET, SIREN or SIRET) is before starting anything.

    What the tenant knows of an entity (its files, its attributes, its adhesion) is told to its own people only. Raises
    Invalid (field `number`) when it leads to nobody or to a closed entity; NotFound, TooLate as `open_call`.
    """
    with transaction(actor) as tx:
        call = _call(tx, slug)
        edition, entity, sentence, through = _resolve(tx, call.campaign, number)
        organisation = find_organisation(tx.session, entity.finess_ej)
        inside = organisation is not None and organisation.id in actor.organisations
        file = candidacies.find_candidacy(tx.session, call.campaign.id, entity.finess_ej) if inside else None
        return Recognised(
            call,
            sentence,
            through,
            snapshot(tx.session, edition, entity),
            assess_entity(tx, call.campaign, call.version, entity.finess_ej, sources=None if inside else NOT_CONSULTED),
            must_declare=not inside,
            file_id=file.id if file else None,
        )


def start_candidacy(actor: Actor, slug: str, number: str, function: str = "") -> Candidacy:
    """Start the file of the legal entity that `number` leads to; `function` is what the person declares to be there.

    There is one file by entity and call: a second start gives the same one to the organisation's people. Not being
    eligible never stops: it is said, and the authority decides. Raises Invalid (fields number, function), TooLate,
    Conflict naming whom to ask when the organisation is somebody else's, Forbidden to its readers.
    """
    with transaction(actor) as tx:
        call = _call(tx, slug)
        edition, entity, _, _ = _resolve(tx, call.campaign, number)
        organisation = _organisation(tx, edition, entity, function)
        return _file(tx, call, organisation, entity, snapshot(tx.session, edition, entity))


def _call(tx: Tx, slug: str) -> Call:
    campaign = campaigns.get_campaign(tx.session, slug)
    # Who may see the call, whatever the scopes of a token: a public call is everybody's.
    if not PERMISSIONS["campaign.view"](tx.actor, campaign):
        raise NotFound("Cette campagne n’existe pas, ou vous n’y avez pas accès.")
    permit(PERMISSIONS, tx.actor, "candidacy.start")
    moment = window.at(campaigns.list_windows(tx.session, campaign.id), tx.now)
    filing.check_start(campaign.state, moment, campaign.zone)
    return Call(campaign, campaigns.get_version(tx.session, campaign), moment)


def _resolve(tx: Tx, campaign: Campaign, number: str) -> tuple[RegistryEdition, LegalEntity, str, bool]:
    """The edition, the open EJ the number leads to, the register's sentence, and whether an ET was typed."""
    if campaign.edition_id is None:
        raise Conflict("Cet appel n’a pas encore d’édition du registre FINESS.")
    edition = get_edition(tx.session, campaign.edition_id)
    answer = resolve_number(tx.session, edition.id, number)
    entity = find_legal_entity(tx.session, edition.id, answer.finess_ej) if answer.finess_ej else None
    if entity is None:
        raise Invalid(NOT_STARTED, {"number": answer.sentence})
    if not entity.is_open:
        sentence = f"{answer.sentence} Un organisme fermé ne peut pas candidater."
        raise Invalid(NOT_STARTED, {"number": sentence})
    return edition, entity, answer.sentence, answer.outcome == "establishment"


def _organisation(tx: Tx, edition: RegistryEdition, entity: LegalEntity, function: str) -> Organisation:
    """The entity's account, opened by this person when nobody had."""
    organisation = find_organisation(tx.session, entity.finess_ej)
    if organisation is None or organisation.id not in tx.actor.organisations:
        return open_organisation(tx, claimed_entity(tx.session, edition.id, entity), function)
    if not allows(PERMISSIONS, tx.actor, "candidacy.save", organisation):
        raise Forbidden(
            "Vous consultez les dossiers de cet organisme, sans pouvoir en commencer. Demandez à la personne qui gère "
            "son compte de changer votre rôle."
        )
    return organisation


def _file(tx: Tx, call: Call, organisation: Organisation, entity: LegalEntity, applicant: dict[str, Any]) -> Candidacy:
    campaign = call.campaign
    year = campaign.created_at.year if call.moment.window is None else call.moment.window.opens_at.year
    reference = new_reference(campaign.kind, year)
    while candidacies.is_reference_taken(tx.session, reference):
        reference = new_reference(campaign.kind, year)
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "campaign_id": campaign.id,
        "organisation_id": organisation.id,
        "finess_ej": entity.finess_ej,
        "reference": reference,
        "applicant_name": readable(entity.name or "") or entity.finess_ej,
        "department": entity.department,
        "applicant": applicant,
        "state": CANDIDACY.initial,
        "revision": 1,
        "form_version": call.version.form_version,
        "answers": {},
        "created_at": tx.now,
        "saved_at": tx.now,
    }
    # Of two that start at once, one makes the file and the other finds it.
    one_file = ["tenant_id", "campaign_id", "finess_ej"]
    statement = insert(Candidacy).values(row).on_conflict_do_nothing(index_elements=one_file)
    made: Candidacy | None = tx.session.scalar(statement.returning(Candidacy))
    if made is not None:
        tx.audit("candidacy.start", made.id, finess_ej=entity.finess_ej, campaign=campaign.slug)
        tx.emit("candidacy.start", made.id)
        return made
    found = candidacies.find_candidacy(tx.session, campaign.id, entity.finess_ej)
    if found is None:
        raise Conflict("Ce dossier vient d’être commencé : rechargez la page.")
    return found
