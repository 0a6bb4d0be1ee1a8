"""Names and towns as they are compared and searched: capitals, no accents, single blanks. Pure."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]+")  # combining accents, once a letter is decomposed
_WORD = re.compile(r"[A-Z0-9]+")
# "E.H.P.A.D." and "EHPAD", "S.M.J.P.M" and "SMJPM" are one word.
_DOTTED = re.compile(r"(?<![A-Z0-9])(?:[A-Z]\.)+[A-Z]?(?![A-Z0-9])")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
# The post office's spelling, which the register follows in most rows and people seldom type.
_POSTAL = {"SAINT": "ST", "SAINTE": "STE"}
# Typed or left out at random, in the register and by people; they would only slow a search down.
_SMALL_WORDS = frozenset(["A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "SUR"])


def normalise(text: str) -> str:
    """`text` unaccented, in capitals, punctuation turned to single blanks; Saint(e) becomes ST(E)."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of `normalise(text)`."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_LIGATURES)))
    text = text.upper()
    if "." in text:
        text = _DOTTED.sub(lambda acronym: acronym[0].replace(".", ""), text)
    found = _WORD.findall(text)
    return [_POSTAL.get(word, word) for word in found] if "SAINT" in text else found


def significant_words(typed: str) -> list[str]:
    """The words a search looks for, each once: those of `typed` without articles, nor single letters."""
    return [word for word in dict.fromkeys(words(typed)) if len(word) > 1 and word not in _SMALL_WORDS]


def search_text(name: str | None, town: str | None) -> str:
    """What a search looks into: the words of the name, then of the town. Read as it is by PostgreSQL's `tsvector`."""
    return normalise(f"{name or ''} {town or ''}")


# What stays in capitals: kinds of structures and of companies, large associations; and any word without a vowel.
_CAPITALS = """
AAPEI ADAPEI ADAPT ADMR ADPEP ADSEA AGAPEI APAJH APEI ASEI CAARUD CADA CAMSP CCAS CESAP CHRS CHRU CHU CIAS
CMPP CRRF CSAPA EEAP EHPA EHPAD EPMS EPSM EPSMS ESAT ESMS ESPIC FAM GCSMS GHT GIP IEM IME IMPRO ITEP LADAPT
LHSS MAPA MAS MECS MFR MSA MSP OHS PEP SAAD SAMSAH SARL SAS SASU SAVS SCIC SCOP SESSAD SIVOM SIVU SPASAD SSIAD
SSR UDAF UGECAM UNAPEI URAPEI USLD
"""
_SMALL = "AU AUX D DE DES DU EN ET L LA LE LES OU PAR POUR SANS SOUS SUR"
# Written small wherever they stand, with the accents that the register dropped.
_USUAL = """
accompagnement accueil action adultes âgées aide aides autonomie canton charge communal communale commune
domicile enfance enfants familiale familles gestion handicap handicapées handicapés hébergement hospitalier
intercommunal intercommunale jeunes maintien pays personnes prise retraite santé services situation social
sociale sociales soins solidarité
"""
_ACRONYMS, _LOWER = frozenset(_CAPITALS.split()), frozenset(_SMALL.split())
_COMMON = {normalise(word): word for word in _USUAL.split()}
_VOWELS = frozenset("AEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜŒÆ")
_PIECE = re.compile(r"[^\W\d_]+")


def readable(name: str) -> str:
    """A name of the register as people write it: « Association d'aide à domicile du canton de Baguer Morvan ».

    One that has a small letter was written by somebody and is left alone. Of the accents that the register dropped,
    only those of « à » and of common words are put back: a proper name is not guessed.
    """
    if name != name.upper():
        return name
    tidy = " ".join(name.split())
    return _PIECE.sub(lambda found: _cased(found[0], found.start() == 0, found.end() == len(tidy)), tidy)


def _cased(word: str, first: bool, last: bool) -> str:
    if word == "A" and not first and not last:
        return "à"
    if not first and word in _LOWER:
        return word.lower()
    if word in _ACRONYMS or (len(word) > 1 and word != "ST" and _VOWELS.isdisjoint(word)):
        return word
    common = _COMMON.get(normalise(word))
    if common:
        return common.capitalize() if first else common
    return word.capitalize()
