"""What people type about themselves: an address, a name, a function."""

import re
import unicodedata

from kit.errors import Invalid

LONGEST_EMAIL = 254
LONGEST_NAME = 120
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


def normalise_email(text: str) -> str:
    """The form under which addresses are compared, and to which mail is sent: NFKC, case folded, without blanks around.

    Mail goes to this form and never to what was typed: an address that only *looks* like somebody's, once folded, would
    otherwise receive that person's sign-in link.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def check_email(text: str, field: str = "email") -> str:
    """The normalised address. Raises Invalid (on `field`) with what seems to be wrong."""
    email = normalise_email(text)
    sentence = _email_fault(email)
    if sentence:
        raise Invalid(sentence, {field: sentence})
    return email


def _email_fault(email: str) -> str | None:
    if not email:
        return "Indiquez votre adresse électronique."
    if len(email) > LONGEST_EMAIL:
        return "Cette adresse électronique est trop longue."
    if re.search(r"\s", email):
        return "Une adresse électronique ne contient pas d’espace."
    local, at, domain = email.partition("@")
    if not at:
        return "Il manque l’arobase (@) dans l’adresse électronique, par exemple nom@etablissement.fr."
    if not local or not domain or "@" in domain:
        return "Une adresse électronique s’écrit avec un seul @, par exemple nom@etablissement.fr."
    if "." not in domain:
        return "Il manque la fin de l’adresse électronique après le @, par exemple .fr."
    accented = next((character for character in email if ord(character) > 126), None)
    if accented:
        return f"Une adresse électronique s’écrit sans accent\N{NO-BREAK SPACE}: retirez «\xa0{accented}\xa0»."
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return "Cette adresse électronique n’est pas complète ou contient un caractère inattendu."
    return None


def mask_email(email: str) -> str:
    """« m…@ehpad-les-lilas.fr »: enough for a colleague to know whom to ask."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain}"


def name_from_email(email: str) -> str:
    """A name to begin with, until the person writes theirs: « marie.le-goff@… » gives « Marie Le-Goff »."""
    words = [word for word in re.split(r"[._+\d]+", email.partition("@")[0]) if word]
    return " ".join(word.title() for word in words) or email


def check_line(text: str, field: str, missing: str) -> str:
    """One line of text of 2 to 120 characters, blanks tidied. Raises Invalid (field `field`); `missing` when empty."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    fault = None
    if len(line) < 2:
        fault = missing
    elif len(line) > LONGEST_NAME:
        fault = f"Ce texte est trop long\N{NO-BREAK SPACE}: {LONGEST_NAME} caractères au plus."
    elif any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in line):
        fault = "Ce texte contient un caractère qui ne peut pas être enregistré."
    if fault:
        raise Invalid(fault, {field: fault})
    return line
