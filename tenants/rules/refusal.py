"""Why a sign-in by an identity provider did not end well, in our own words: theirs are never repeated. Pure."""

import re

from kit.errors import CrrcError
from tenants.rules.identity import PROVIDER_NAMES

NBSP = "\N{NO-BREAK SPACE}"
_CODE = re.compile(r"\bY\d{6}\b")

BY_MAIL = f"Vous pouvez vous connecter avec un lien reçu par courriel{NBSP}: c’est le même compte."
REFUSALS = {
    "access_denied": "La connexion a été interrompue, ou elle vous a été refusée. Rien n’a été modifié.",
    "login_required": "Vous n’étiez pas connecté chez {provider}. Recommencez pour vous identifier.",
    "interaction_required": "{provider} avait besoin de vous demander quelque chose. Recommencez pour vous identifier.",
    "consent_required": "{provider} avait besoin de votre accord. Recommencez pour le donner.",
    "temporarily_unavailable": f"{{provider}} est indisponible pour le moment. {BY_MAIL}",
    "server_error": f"{{provider}} a rencontré une erreur. {BY_MAIL}",
    "Y500015": f"Ce portail n’est pas encore ouvert aux organisations privées chez {{provider}}. {BY_MAIL}",
    "Y030031": f"{{provider}} ne reconnaît pas l’adresse de ce portail{NBSP}: le GRADeS doit la corriger. {BY_MAIL}",
    "Y000400": f"{{provider}} n’a pas compris la demande de ce portail{NBSP}: le GRADeS doit la corriger. {BY_MAIL}",
}
OTHER_REFUSAL = f"{{provider}} n’a pas terminé la connexion. {BY_MAIL}"
TOO_LOW = (
    "{provider} vous a identifié, mais avec un niveau de sécurité moins élevé que celui que ce portail demande. "
    "Recommencez en choisissant un moyen plus sûr (double authentification)."
)
WRONG_ANSWER = f"La réponse de {{provider}} n’est pas valable{NBSP}: elle n’a pas été prise en compte. {BY_MAIL}"
AWAY = f"{{provider}} ne répond pas pour le moment. {BY_MAIL}"


class ProviderRefused(CrrcError):
    """The provider said no, or what it said cannot be taken. `reason` is a word for the logs."""

    status = 403
    code = "provider_refused"

    def __init__(self, kind: str, sentence: str, reason: str) -> None:
        super().__init__(sentence.format(provider=PROVIDER_NAMES[kind]))
        self.reason = reason


class ProviderAway(CrrcError):
    """The provider cannot be reached. `reason` is what was found out, for whoever sets it up."""

    status = 503
    code = "provider_away"

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(AWAY.format(provider=PROVIDER_NAMES[kind]))
        self.reason = reason


class StateLost(CrrcError):
    """An answer that nobody here asked for, or asked for too long ago, or that was given before."""

    status = 400
    code = "state_lost"

    def __init__(self) -> None:
        super().__init__(
            "Cette connexion n’a pas été demandée depuis ce navigateur, elle a plus de dix minutes, ou elle a déjà "
            f"servi. Rien n’a été modifié{NBSP}: recommencez depuis la page de connexion."
        )


def refusal(kind: str, error: str, description: str) -> ProviderRefused:
    """What to say of an error that a provider sends back. Its own words are never repeated."""
    named = _CODE.search(f"{error} {description}")
    known = (named[0] if named else "", error)
    word = next((one for one in known if one in REFUSALS), "")
    return ProviderRefused(kind, REFUSALS.get(word, OTHER_REFUSAL), word or "other")
