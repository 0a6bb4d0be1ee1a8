"""What people are told of a call: an organisation's people of their file, the ARS's managers of what needs them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from campaigns.models import Award, Campaign, Candidacy, Decision
from campaigns.queries import candidacy as candidacies
from campaigns.queries import review as reviews
from campaigns.rules import award_words as words
from campaigns.rules.award_words import Gift
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many

TEMPLATES = {
    "accepted": "campaigns/accepted",
    "refused": "campaigns/refused",
    "waitlisted": "campaigns/waitlisted",
}
WRITERS = ("owner", "editor")
EVERYBODY = ("owner", "editor", "billing", "reader")
_WHY = {
    WRITERS: "Vous recevez ce message parce que vous écrivez dans les dossiers de cet organisme.",
    EVERYBODY: "Vous recevez ce message parce que vous faites partie du compte de cet organisme.",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a letter says of an award: the service it gives, who pays, the last day to confirm."""

    gives: str | None
    share: str | None
    confirm_by: date


@dataclass(frozen=True, slots=True)
class FileNews:
    """What the people of a file are told of it; `path` is the page it leads to, the file's own when empty."""

    campaign: Campaign
    candidacy: Candidacy
    words: Mapping[str, Any]
    path: str = ""


def offered(gift: Gift, last: date, titles: Mapping[str, str]) -> Offered:
    """What a letter says of an award to confirm by `last`; `titles` are the catalogue's names of services."""
    return Offered(words.called(gift, titles.get(gift.service or "")), words.share(gift), last)


def notice_of(
    campaign: Campaign,
    titles: Mapping[str, str],
    candidacy: Candidacy,
    decision: Decision,
    award: Award | None,
    user_id: UUID,
    email: str,
) -> NewNotice:
    """The notice of one decision for one person; its key makes it unique whatever is run again."""
    promised = offered(award, award.confirm_by, titles) if award else None
    return NewNotice(
        key=f"decision:{decision.id}:{user_id}",
        template=TEMPLATES[decision.outcome],
        subject_id=candidacy.id,
        email=email,
        user_id=user_id,
        path=f"/candidacies/{candidacy.id}",
        context=letter(campaign, candidacy, decision, promised),
    )


def letter(campaign: Campaign, candidacy: object, decision: object, promised: Offered | None) -> dict[str, Any]:
    """What the letter of a decision is written from; an acceptance asks for an answer."""
    words = {"campaign": campaign, "candidacy": candidacy, "decision": decision, "award": promised}
    return words | ({"action_text": "Confirmer et nommer le référent"} if promised else {})


def tell_members(tx: Tx, what: str, occasion: UUID, news: Sequence[FileNews], roles: tuple[str, ...]) -> None:
    """One notice for each person of each file who holds one of `roles`, all written at once, once for an `occasion`."""
    organisations = {one.candidacy.organisation_id for one in news}
    people: dict[UUID, list[tuple[UUID, str]]] = {}
    for organisation_id, user_id, email in candidacies.list_members(tx.session, organisations, roles):
        people.setdefault(organisation_id, []).append((user_id, email))

    def notices() -> Iterator[NewNotice]:
        for one in news:
            file = one.candidacy
            for user_id, email in people.get(file.organisation_id, []):
                yield NewNotice(
                    key=f"{what}:{occasion}:{file.id}:{user_id}",
                    template=f"campaigns/{what}",
                    subject_id=file.id,
                    email=email,
                    user_id=user_id,
                    path=one.path or f"/candidacies/{file.id}",
                    context={"campaign": one.campaign, "candidacy": file, "why": _WHY[roles], **one.words},
                )

    notify_many(tx, notices())


def tell_managers(tx: Tx, campaign: Campaign, template: str, occasion: UUID, page: str = "", **context: object) -> None:
    """Tell every manager of the ARS, once for an `occasion`; `page` follows the call's address in the staff's pages."""
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{template}:{occasion}:{user.id}",
                template=template,
                subject_id=campaign.id,
                email=user.email,
                user_id=user.id,
                path=f"/staff/campaigns/{campaign.slug}{page}",
                context={"campaign": campaign, **context},
            )
            for user in reviews.list_users_with_role(tx.session, tx.tenant_id, "ars_manager")
        ],
    )
