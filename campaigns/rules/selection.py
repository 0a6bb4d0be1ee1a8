"""Decisions before they are told: what one must hold, how many places are left, and whether everybody can be told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from campaigns.rules.states import DECISIONS
from campaigns.rules.window import Status
from kit.errors import Conflict, Invalid
from kit.french import NBSP, count

SCORES = range(101)
NOTE_LENGTH = 10_000
MOTIVE_LENGTH = 2_000


def check_decision(outcome: str, motive: str) -> None:
    """Raise Invalid unless the outcome exists and a refusal says why (the applicant will read it)."""
    fields = {}
    if outcome not in DECISIONS:
        fields["outcome"] = "Choisissez accepter, refuser ou liste d’attente."
    if outcome == "refused" and not motive.strip():
        fields["motive"] = "Indiquez le motif du refus : il est envoyé au candidat."
    if len(motive) > MOTIVE_LENGTH:
        fields["motive"] = f"Le motif dépasse {count(MOTIVE_LENGTH, 'caractère')}."
    if fields:
        raise Invalid("La décision n’est pas enregistrée.", fields)


def check_review(note: str, score: int | None) -> None:
    """Raise Invalid when the note is too long or the score is not a whole number from 0 to 100."""
    fields = {}
    if score is not None and score not in SCORES:
        fields["score"] = "La note est un nombre entier de 0 à 100."
    if len(note) > NOTE_LENGTH:
        fields["note"] = f"Le commentaire dépasse {count(NOTE_LENGTH, 'caractère')}."
    if fields:
        raise Invalid("L’instruction n’est pas enregistrée.", fields)


def check_places(places: int | None, accepted: int) -> None:
    """Raise Conflict when every place is already given (`accepted`: the other accepted files). None: no limit."""
    if places is not None and accepted >= places:
        sentence = "La seule place est attribuée." if places == 1 else f"Les {count(places, 'place')} sont attribuées."
        raise Conflict(f"{sentence} Mettez ce dossier en liste d’attente, ou revenez sur une autre décision.")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Where a call stands before its notification: figures, what stops it, and the digest of what would be told."""

    submitted: int
    accepted: int
    refused: int
    waitlisted: int
    places: int | None
    blockers: tuple[str, ...]
    digest: str

    @property
    def decided(self) -> int:
        """How many files have a decision."""
        return self.accepted + self.refused + self.waitlisted

    @property
    def undecided(self) -> int:
        """How many submitted files have none."""
        return self.submitted - self.decided

    @property
    def is_ready(self) -> bool:
        """True when nothing stops the release."""
        return not self.blockers


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that waits to be told."""

    candidacy_id: UUID
    outcome: str
    motive: str
    rank: int | None


def readiness(submitted: int, decisions: Iterable[Pending], places: int | None, status: Status) -> Readiness:
    """Whether the decisions can be told, `status` being where the call stands among its windows.

    Everybody is told at the same instant, or nobody is: after the last window, for no file is accepted afterwards.
    """
    pending = sorted(decisions, key=lambda decision: decision.candidacy_id)
    totals = {outcome: sum(decision.outcome == outcome for decision in pending) for outcome in DECISIONS}
    blockers = []
    undecided = submitted - len(pending)
    if status == "open":
        blockers.append("La fenêtre de dépôt est encore ouverte : un dossier peut encore changer.")
    if status == "not_yet":
        blockers.append(f"Une fenêtre de dépôt est à venir{NBSP}: notifier maintenant l’empêcherait de s’ouvrir.")
    if undecided:
        word = "n’a" if undecided == 1 else "n’ont"
        blockers.append(f"{count(undecided, 'dossier déposé', 'dossiers déposés')} {word} pas de décision.")
    if places is not None and totals["accepted"] > places:
        blockers.append(
            f"{count(totals['accepted'], 'dossier accepté', 'dossiers acceptés')} pour {count(places, 'place')}."
        )
    if not pending:
        blockers.append("Aucune décision n’est prête.")
    text = "\n".join(f"{one.candidacy_id} {one.outcome} {one.rank} {one.motive}" for one in pending)
    digest = sha256(text.encode()).hexdigest()[:16]
    return Readiness(submitted, **totals, places=places, blockers=tuple(blockers), digest=digest)


@dataclass(frozen=True, slots=True)
class Release:
    """What a release did."""

    released_at: datetime
    accepted: int
    refused: int
    waitlisted: int
