"""The erasure itself, by a worker. Killed between two steps, it does them again: each finds nothing left to do.

The account first, since the certificate says whether it is erased; then, in one transaction of the portal, everything
that names the person, and the answer. The address is kept by the request alone until its certificate has left.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from bookings.service import personal as of_bookings
from campaigns.service import personal as of_campaigns
from kit.actor import system
from kit.errand import Stop
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from notifications.models import Notification
from notifications.service import personal as of_notices
from notifications.service.notices import NewNotice, notify
from privacy.models import PersonalExport, PrivacyRequest
from privacy.queries import request as queries
from privacy.queries.mentions import count_mentions, replace_in, replace_mentions, written_columns
from privacy.rules.kept import KEPT
from privacy.service.collecting import words_of
from privacy.service.erasure import person_of
from privacy.service.exporting import forget_copies
from privacy.service.request import close
from services_catalog.service import personal as of_catalogue
from tenants.rules.person import Person, pseudonym
from tenants.service.forgetting import forget_account
from tenants.service.leaving import forget_asking

NAME = "effacement"
FORGET = "privacy_request.forget"
CERTIFICATE = "privacy_request.certificate:"
FIRST_LOOK, LAST_LOOK = timedelta(hours=1), timedelta(days=7)
ON_ITS_WAY = ("pending", "held")


def erasures_wanted(tenant_id: UUID) -> int:
    """One worker when somebody is to be erased."""
    with transaction(system(tenant_id, NAME)) as tx:
        return min(queries.count_erasing(tx.session), 1)


def run_erasures(tenant_id: UUID, stop: Stop) -> int:
    """Erase whoever waits for it."""
    done = 0
    while not stop() and erase_next(tenant_id):
        done += 1
    return done


def erase_next(tenant_id: UUID) -> bool:
    """Erase the person of the oldest request that was decided; False when there is none."""
    with transaction(system(tenant_id, NAME)) as tx:
        waiting = queries.take_erasing(tx.session)
        if waiting is None:
            return False
        request_id = waiting.id
        person, _ = person_of(tx, waiting)
    account = forget_account(person.user_id) if person.user_id else None
    with transaction(system(tenant_id, NAME)) as tx:
        row = queries.get_request(tx.session, tenant_id, request_id, lock=True)
        if row.state == "erasing":
            _erase(tx, row, person, account)
    return True


def _erase(tx: Tx, row: PrivacyRequest, person: Person, account: bool | None) -> None:
    done: dict[str, int] = dict(row.outcome.get("done", {}))
    for figures in (
        forget_asking(tx, person),
        of_notices.erase(tx, person),
        of_campaigns.erase(tx, person),
        of_catalogue.erase(tx, person),
        of_bookings.erase(tx, person),
        _forget_copies(tx, person),
        replace_mentions(tx.session, words_of(person, pseudonym(row.id))),
    ):
        for table, rows in figures.items():
            done[table] = done.get(table, 0) + rows
    stays = count_mentions(tx.session, words_of(person), kept=True)
    stays.pop(PrivacyRequest.__tablename__, None)
    row.outcome = {"done": done, "stays": stays, "account": account}
    row.answer = "L’effacement est fait. Ce qui reste est ce que la loi veut qu’on garde."
    _certify(tx, row, stays, account)
    close(tx, row, "finish", done=done, stays=stays, account=account)
    tx.due(FORGET, row.id, tx.now + FIRST_LOOK)


def reasons(stays: dict[str, int]) -> list[str]:
    """Why what stays does, each law once."""
    found = [
        KEPT.get(table) or next(why for key, why in KEPT.items() if key.startswith(f"{table}.")) for table in stays
    ]
    return list(dict.fromkeys(found))


def _certify(tx: Tx, row: PrivacyRequest, stays: dict[str, int], account: bool | None) -> None:
    """The last mail: what was erased, what stays and why, to whom to complain."""
    if not row.email:
        return
    words: dict[str, Any] = {"number": row.number, "reasons": reasons(stays), "account": account}
    notice = NewNotice(f"{CERTIFICATE}{row.id}", "privacy/erased", row.id, row.email, context=words)
    notify(tx, notice)


def _forget_copies(tx: Tx, person: Person) -> dict[str, int]:
    """The copies of their data that were made for them, and their files."""
    if person.user_id is None:
        return {}
    count = forget_copies(tx, PersonalExport.user_id == person.user_id)
    return {"personal_export": count} if count else {}


def forget_request(tx: Tx, message: OutboxMessage) -> None:
    """Once the certificate has left (a week at most): the requests of the person name nobody any more."""
    row = queries.get_request(tx.session, tx.tenant_id, message.subject_id, lock=True)
    if row.closed_at is None or not row.name:
        return
    certificate = Notification.key == f"{CERTIFICATE}{row.id}"
    leaving = tx.session.scalar(select(Notification.id).where(certificate, Notification.state.in_(ON_ITS_WAY)))
    if leaving is not None and tx.now < row.closed_at + LAST_LOOK:
        tx.due(FORGET, row.id, tx.now + FIRST_LOOK)
        return
    tx.session.execute(delete(Notification).where(certificate))
    person, _ = person_of(tx, row)
    words = words_of(person, pseudonym(row.id))
    for one in queries.about(tx.session, row.user_id, row.email.lower()):
        one.name = one.email = one.details = one.identity = ""
        one.spellings, one.user_id = [], None
    tx.session.flush()
    # What we answered, and whatever others wrote in their own requests.
    table = PrivacyRequest.__table__
    replace_in(tx.session, table, written_columns(table), words)  # type: ignore[arg-type]
    tx.audit("privacy_request.forget", row.id)
