"""What somebody may agree to, or not, in a portal: each purpose in the words of its version. Pure.

A consent holds for the words that were read: whoever changes them adds one to `version`, and is given nothing until
people are asked again (RGPD art. 4, 11° and 7). Nothing that the portal must do to work is here: it is no consent.
"""

from dataclasses import dataclass

from kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Purpose:
    """`text` is what one agrees to, said by the portal; `without` what a refusal changes."""

    key: str
    version: int
    title: str
    text: str
    without: str


PURPOSES = (
    Purpose(
        "feedback",
        1,
        "Être contacté pour un retour d’expérience",
        "Le GRADeS ou l’ARS peut m’écrire pour me demander ce que j’ai pensé d’un appel, d’un exercice ou d’une "
        "prestation, en dehors des messages nécessaires à mes dossiers.",
        "Vous recevez toujours les messages qui concernent vos dossiers.",
    ),
    Purpose(
        "reference",
        1,
        "Être cité comme référence",
        "Le GRADeS peut donner mon nom, ma fonction et mon adresse électronique à un autre établissement de la région "
        "qui veut l’avis de quelqu’un ayant suivi le même parcours.",
        "Votre nom n’est donné à personne d’autre que ceux qui suivent vos dossiers.",
    ),
    Purpose(
        "news",
        1,
        "Recevoir les nouvelles du centre de ressources",
        "Le GRADeS peut m’écrire pour annoncer un nouvel appel, une nouvelle prestation ou un événement, à l’adresse "
        "électronique de mon compte.",
        "Vous recevez toujours les décisions, les échéances, les factures et les messages de sécurité.",
    ),
)
BY_KEY = {purpose.key: purpose for purpose in PURPOSES}


def get_purpose(key: str) -> Purpose:
    """The purpose of this key. Raises NotFound."""
    if key not in BY_KEY:
        raise NotFound()
    return BY_KEY[key]
