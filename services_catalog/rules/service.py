"""A service as a document: checked with findings by field, read into one frozen value. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eligibility.rules import check_rule
from kit.document.finding import Finding, error, join, warning
from kit.document.shape import check_shape
from kit.french import NBSP

SCHEMA = "services_catalog/data/service.schema.json"
VALID_MONTHS = 12
# A service has no form: what the rule would ask an applicant to declare, nobody would ever have declared.
_ASKED_IN_A_FORM = {"answer": "attribute", "authorised_or_declared": "authorised"}


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Free when at least `free_days` days remain; later, `late_percent` % of the price is due."""

    free_days: int
    late_percent: int


@dataclass(frozen=True, slots=True)
class ServiceDocument:
    """What a service is. `half_days` is the duration of one unit; `rule` says who may order (None: everybody).

    `level` and `qualification` are codes or None; `valid_months` is the life of half-days bought in mode `time`.
    """

    title: str
    summary: str
    description: str
    level: str | None
    mode: str
    half_days: int
    deliverables: tuple[str, ...]
    prerequisites: tuple[str, ...]
    rule: Mapping[str, Any] | None
    qualification: str | None
    cancellation: Cancellation
    valid_months: int = VALID_MONTHS

    def as_json(self) -> dict[str, Any]:
        """The document with all its keys: the one way it is kept, so that equal documents have equal digests."""
        lists = {"deliverables": list(self.deliverables), "prerequisites": list(self.prerequisites)}
        return asdict(self) | lists


def read_service(document: Mapping[str, Any]) -> ServiceDocument:
    """The document of a service that `check_service` finds without error; texts lose the blanks around them."""
    lasts = document["mode"] == "time"
    return ServiceDocument(
        title=document["title"].strip(),
        summary=document["summary"].strip(),
        description=_tidy(document["description"]),
        level=document.get("level"),
        mode=document["mode"],
        half_days=document["half_days"],
        deliverables=_lines(document.get("deliverables", ())),
        prerequisites=_lines(document.get("prerequisites", ())),
        rule=document.get("rule"),
        qualification=document.get("qualification"),
        cancellation=Cancellation(**document["cancellation"]),
        valid_months=document.get("valid_months", VALID_MONTHS) if lasts else VALID_MONTHS,
    )


def check_service(document: Mapping[str, Any]) -> list[Finding]:
    """Errors (it cannot be kept) and warnings (it can; somebody should look), each with the path of its field."""
    rule = document.get("rule")
    found = check_shape(document, SCHEMA)
    if isinstance(rule, Mapping):
        found = [*found, *check_rule(rule, "rule"), *_questions(rule, "rule")]
    if any(finding.level == "error" for finding in found):
        return found
    return [*found, *_doubts(read_service(document))]


def _doubts(service: ServiceDocument) -> Iterator[Finding]:
    """What a schema cannot say of a document that has its shape."""
    if service.mode == "time" and service.half_days != 1:
        yield error("half_days", f"Du temps à la carte se compte par demi-journée{NBSP}: écrivez 1.")
    if service.mode != "time" and not service.deliverables:
        yield warning("deliverables", "Sans livrable annoncé, l’organisme ne sait pas ce qu’il recevra.")
    terms = service.cancellation
    if terms.free_days and not terms.late_percent:
        yield warning("cancellation.free_days", "Annuler tard ne coûte rien : ce préavis n’engage personne.")


def _questions(node: object, path: str) -> Iterator[Finding]:
    """Words of a rule that only a form could answer."""
    members: Sequence[tuple[Any, Any]] = []
    if isinstance(node, Mapping):
        members = list(node.items())
    elif isinstance(node, list):
        members = list(enumerate(node))
    for word, content in members:
        here = join(path, word)
        if instead := _ASKED_IN_A_FORM.get(word) if isinstance(word, str) else None:
            sentence = (
                f"Une commande n’a pas de formulaire{NBSP}: «{NBSP}{word}{NBSP}» resterait sans réponse. "
                f"Employez «{NBSP}{instead}{NBSP}»."
            )
            yield error(here, sentence)
        else:
            yield from _questions(content, here)


def _tidy(text: str) -> str:
    """Without blanks at the ends of lines, nor empty lines around: what people do not see changes nothing."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _lines(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in given)
