"""How long each kind of thing is kept: why, from when, between which bounds; and what is never purged. Pure.

Bounds come from the law where it says, else from the CNIL's recommendations and the delays of appeals. A GRADeS chooses
between them; what is public archive is destroyed only with the visa of the archives (code du patrimoine, L. 212-2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kit.errors import Invalid
from kit.french import NBSP, count
from kit.typed import number

LEGAL_ARCHIVE = "Avant l’échéance, obtenez le visa des archives départementales (code du patrimoine, L. 212-2)."


@dataclass(frozen=True, slots=True)
class Kind:
    """Things that end: kept `months` by default after `since`, then `effect`. The choice is from `least` to `most`."""

    key: str
    title: str
    basis: str
    since: str
    effect: str
    months: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Held:
    """What no purge touches: `how_long` in words, and the law or the reason."""

    key: str
    title: str
    basis: str
    how_long: str


KINDS = (
    Kind(
        "candidacy_draft",
        "Brouillons de candidature jamais déposés",
        "Mesures précontractuelles à la demande de l’organisme (RGPD 6.1.b)",
        "après la dernière clôture de l’appel",
        "supprimés",
        6,
        1,
        24,
    ),
    Kind(
        "candidacy_refused",
        "Réponses des candidatures refusées, en liste d’attente ou retirées",
        "Mission d’intérêt public (RGPD 6.1.e)\N{NO-BREAK SPACE}; délais de recours. " + LEGAL_ARCHIVE,
        "après la notification des décisions",
        "effacées\N{NO-BREAK SPACE}: la décision, son motif, l’accusé et son empreinte restent",
        24,
        12,
        60,
    ),
    Kind(
        "candidacy_selected",
        "Réponses et référents des candidatures retenues",
        "Mission d’intérêt public (RGPD 6.1.e)\N{NO-BREAK SPACE}; contrôle de l’emploi des crédits. " + LEGAL_ARCHIVE,
        "après la fin du parcours",
        "effacés\N{NO-BREAK SPACE}: la décision, l’attribution, ses preuves, l’accusé et son empreinte restent",
        60,
        60,
        120,
    ),
    Kind(
        "order_contact",
        "Contacts sur place des commandes et des droits",
        "Exécution du contrat (RGPD 6.1.b)",
        "après la fin de la commande ou du droit",
        "effacés\N{NO-BREAK SPACE}: la commande reste",
        24,
        6,
        60,
    ),
    Kind(
        "satisfaction",
        "Commentaires et auteurs des avis sur les missions",
        "Intérêt légitime\N{NO-BREAK SPACE}: améliorer les prestations (RGPD 6.1.f)",
        "après l’avis",
        "effacés\N{NO-BREAK SPACE}: les notes restent, anonymes",
        24,
        6,
        60,
    ),
    Kind(
        "availability",
        "Demi-journées d’absence ou de présence exceptionnelle des consultants",
        "Exécution du contrat (RGPD 6.1.b)",
        "après la demi-journée",
        "supprimées",
        12,
        1,
        36,
    ),
    Kind(
        "calendar_feed",
        "Adresses d’agenda des personnes qui n’ont plus de place ici",
        "Exécution du contrat (RGPD 6.1.b)",
        "après leur dernier renouvellement",
        "supprimées",
        6,
        1,
        24,
    ),
    Kind(
        "waiting_entry",
        "Passages en liste d’attente d’une séance",
        "Exécution du contrat (RGPD 6.1.b)",
        "après l’inscription, une fois servie ou quittée",
        "supprimés",
        12,
        1,
        36,
    ),
    Kind(
        "notification",
        "Courriels et notifications",
        "Obligation de notifier et de pouvoir le prouver (CRPA, L. 221-8)",
        "après leur écriture",
        "supprimés",
        24,
        6,
        36,
    ),
    Kind(
        "organisation_claim",
        "Demandes d’accès à un organisme, et leurs pièces",
        "Sécurité des accès (RGPD 32)",
        "après la réponse",
        "supprimées, avec leurs pièces",
        12,
        6,
        36,
    ),
    Kind(
        "program",
        "Jetons de programmes expirés ou révoqués",
        "Sécurité des accès (RGPD 32)",
        "après leur fin",
        "supprimés",
        12,
        1,
        36,
    ),
    Kind(
        "webhook_delivery",
        "Envois aux programmes prévenus",
        "Intérêt légitime\N{NO-BREAK SPACE}: prouver qu’une nouvelle est partie (RGPD 6.1.f)",
        "après la nouvelle",
        "supprimés",
        3,
        1,
        12,
    ),
    Kind(
        "message",
        "Messages internes du portail (identifiants seuls)",
        "Intérêt légitime\N{NO-BREAK SPACE}: faire fonctionner le portail (RGPD 6.1.f)",
        "après leur traitement",
        "supprimés",
        3,
        1,
        12,
    ),
    Kind(
        "audit",
        "Journal des actions",
        "Sécurité du traitement (RGPD 32)\N{NO-BREAK SPACE}; recommandation de la CNIL du 14 octobre 2021",
        "après l’action, une fois couverte par une ancre signée",
        "supprimé, du plus ancien au plus récent",
        12,
        6,
        36,
    ),
    Kind(
        "privacy_request",
        "Demandes de droits closes",
        "Obligation légale\N{NO-BREAK SPACE}: pouvoir prouver la réponse (RGPD 5.2)",
        "après la réponse",
        "supprimées",
        36,
        12,
        72,
    ),
    Kind(
        "consent",
        "Consentements qui ne valent plus",
        "Obligation légale\N{NO-BREAK SPACE}: prouver le consentement (RGPD 7.1)",
        "après le retrait ou le remplacement",
        "supprimés",
        60,
        36,
        72,
    ),
)
HELD = (
    Held(
        "invoice",
        "Factures, avoirs et leurs documents",
        "Code de commerce, L. 123-22\N{NO-BREAK SPACE}; livre des procédures fiscales, L. 102 B",
        "10 ans au moins\N{NO-BREAK SPACE}; la base refuse toute modification",
    ),
    Held(
        "journal",
        "Écritures, paiements, rapprochements, relevés de banque",
        "Code de commerce, L. 123-22",
        "10 ans au moins\N{NO-BREAK SPACE}; la base refuse toute modification",
    ),
    Held(
        "order",
        "Devis, commandes, missions, services faits, livrables",
        "Code de la commande publique, R. 2184-12\N{NO-BREAK SPACE}; pièces justificatives de la dépense",
        "10 ans au moins",
    ),
    Held(
        "decision",
        "Appels publiés, décisions et leurs motifs, attributions, accusés de réception",
        "Archives publiques (code du patrimoine, L. 211-4 et L. 212-2)",
        "Jusqu’à leur versement aux archives",
    ),
    Held(
        "catalogue",
        "Marchés, bordereaux, prestations publiées",
        "Code de la commande publique, R. 2184-12",
        "5 ans au moins après la fin du marché",
    ),
    Held(
        "account",
        "Comptes, rôles et places",
        "Sécurité des accès (RGPD 32)\N{NO-BREAK SPACE}; comptes revus deux fois par an",
        "Tant que la personne a une place\N{NO-BREAK SPACE}; effacés sur demande",
    ),
    Held(
        "sign_in",
        "Liens de connexion, sessions",
        "Sécurité des accès (RGPD 32)",
        "Un jour après leur fin, sur toute l’installation",
    ),
    Held(
        "copy",
        "Copies de données demandées par les personnes",
        "Obligation légale (RGPD 15)",
        "7 jours après leur préparation",
    ),
    Held(
        "breach",
        "Cahier des violations, registre des traitements",
        "RGPD 30 et 33.5",
        "Tant que le portail existe\N{NO-BREAK SPACE}; rien n’en est jamais retiré",
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}


def defaults() -> dict[str, int]:
    """The periods that the product proposes, in months by kind."""
    return {kind.key: kind.months for kind in KINDS}


def in_force(adopted: Mapping[str, int] | None) -> dict[str, int]:
    """The periods of a portal: what it adopted, the proposal for a kind that came since; never out of the bounds."""
    chosen = defaults() | dict(adopted or {})
    return {kind.key: min(max(chosen[kind.key], kind.least), kind.most) for kind in KINDS}


def check_periods(typed: Mapping[str, str]) -> dict[str, int]:
    """Months by kind, as typed. Raises Invalid, each kind with its bounds."""
    months, faults = {}, {}
    for kind in KINDS:
        said = number(typed.get(kind.key, "").strip(), 3)
        if said is None or not kind.least <= said <= kind.most:
            faults[kind.key] = f"{kind.title}{NBSP}: de {kind.least} à {count(kind.most, 'mois', 'mois')}."
        else:
            months[kind.key] = said
    if faults:
        raise Invalid("Les durées ne sont pas enregistrées.", faults)
    return months


def cutoff(now: datetime, months: int, zone: str) -> datetime:
    """The instant before which what began is over: the same local day and hour, so many months ago.

    A day that the month does not have is its last one: 31 March less a month is 28 February.
    """
    local = now.astimezone(ZoneInfo(zone))
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    for day in range(local.day, local.day - 4, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day).astimezone(now.tzinfo)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def period(months: int) -> str:
    """« 6 mois », « 2 ans », « 18 mois »."""
    return count(months // 12, "an") if months % 12 == 0 and months else count(months, "mois", "mois")
