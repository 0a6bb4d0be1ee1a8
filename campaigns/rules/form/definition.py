"""A form: sections of typed fields, read from a call's document, and the sections every form has. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

TYPES = ("text", "long_text", "choice", "choices", "number", "money", "date", "boolean", "email", "phone", "file")
# A document's keys hold neither dash nor dot: built-in sections and fields never meet an author's.
APPLICANT = "organisme-gestionnaire"
REFERENT = "referent-interne"
COMMITMENTS = "engagements-pris"
_COMMITMENT = "commitment."
# What a file may be unless the call says otherwise: what everybody's office makes and opens.
KINDS = ("pdf", "docx", "xlsx", "odt", "ods", "png", "jpg")
MOST_MEGABYTES = 10


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. `low` and `high` bound a number, an amount (cents), a day (YYYY-MM-DD) or how many files.

    `text` is a commitment's, whole; `max_length` counts characters. A file is one of `kinds` (endings with their dot),
    of at most `max_bytes`.
    """

    key: str
    label: str
    type: str
    help: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    low: Decimal | str | None = None
    high: Decimal | str | None = None
    max_length: int = 500
    unit: str = ""
    autocomplete: str = ""
    text: str = ""
    kinds: tuple[str, ...] = ()
    max_bytes: int = 0

    @property
    def digest(self) -> str:
        """Of a commitment's text: one accepted in other words is not accepted."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A page of the form. `kind` is "fields", "commitments", or "applicant": what the register knows, only shown."""

    key: str
    title: str
    intro: str = ""
    fields: tuple[FormField, ...] = ()
    kind: str = "fields"


@dataclass(frozen=True)
class Form:
    """The sections in the order of the task list."""

    sections: tuple[FormSection, ...]

    def __iter__(self) -> Iterator[FormField]:
        """Every field, in order."""
        for section in self.sections:
            yield from section.fields

    @property
    def fields(self) -> dict[str, FormField]:
        """Every field by key."""
        return {field.key: field for field in self}

    def section(self, key: str) -> FormSection | None:
        """The section called `key`."""
        return next((section for section in self.sections if section.key == key), None)

    @property
    def files(self) -> tuple[FormField, ...]:
        """The questions that are answered by files, in order."""
        return tuple(field for field in self if field.type == "file")

    @property
    def commitments(self) -> tuple[FormField, ...]:
        """The commitments, in order."""
        return tuple(field for field in self if field.type == "commitment")


def read_form(document: Mapping[str, Any]) -> Form:
    """The form of a call's document (already checked by its schema), built-in sections included."""
    own = tuple(_section(section) for section in (document.get("form") or {}).get("sections") or ())
    intro = (document.get("texts") or {}).get("commitments_intro")
    commitments = _commitments(document.get("commitments") or (), intro)
    return Form((FormSection(APPLICANT, "Organisme", kind="applicant"), *own, REFERENT_SECTION, commitments))


def _section(section: Mapping[str, Any]) -> FormSection:
    fields = tuple(_field(field) for field in section.get("fields") or ())
    return FormSection(section["key"], section["title"], section.get("intro") or "", fields)


def _field(field: Mapping[str, Any]) -> FormField:
    longest = 5000 if field["type"] == "long_text" else 500
    return FormField(
        key=field["key"],
        label=field["label"],
        type=field["type"],
        help=field.get("help") or "",
        required=field.get("required", True),
        options=tuple(Option(option["key"], option["label"]) for option in field.get("options") or ()),
        max_length=field.get("max_length") or longest,
        unit=field.get("unit") or "",
        **(_files(field) if field["type"] == "file" else _bounds(field)),
    )


def _bounds(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"low": _bound(field["type"], field.get("min")), "high": _bound(field["type"], field.get("max"))}


def _files(field: Mapping[str, Any]) -> dict[str, Any]:
    """How many, of which kinds, of which size."""
    least, most = field.get("min"), field.get("max")
    return {
        "low": Decimal(least if least is not None else 1),
        "high": Decimal(most if most is not None else max(least or 1, 1)),
        "kinds": tuple(f".{kind}" for kind in field.get("kinds") or KINDS),
        "max_bytes": (field.get("max_size") or MOST_MEGABYTES) * 1_000_000,
    }


def _bound(kind: str, bound: int | str | None) -> Decimal | str | None:
    """A day stays a text; an amount is in cents. A bound that cannot be read binds nothing."""
    if bound is None or kind == "date":
        return bound if bound is None else str(bound)
    try:
        number = Decimal(str(bound))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _commitments(commitments: Sequence[Mapping[str, Any]], intro: str | None) -> FormSection:
    asked = tuple(
        FormField(_COMMITMENT + one["key"], one["text"], "commitment", text=one["text"]) for one in commitments
    )
    signatory = (
        FormField("signatory.name", "Nom et prénom du signataire", "text", max_length=120),
        FormField(
            "signatory.function",
            "Fonction du signataire",
            "text",
            help="La personne qui engage l’organisme, par exemple sa directrice ou son directeur général.",
            max_length=120,
        ),
    )
    return FormSection(COMMITMENTS, "Engagements", intro or "", (*asked, *signatory), kind="commitments")


REFERENT_SECTION = FormSection(
    REFERENT,
    "Référent",
    "La personne de votre organisme qui suivra ce parcours, et que nous pourrons appeler.",
    (
        FormField("referent.name", "Nom et prénom du référent", "text", max_length=120),
        FormField(
            "referent.function", "Fonction du référent", "text", max_length=120, autocomplete="organization-title"
        ),
        FormField("referent.email", "Adresse électronique du référent", "email", max_length=254),
        FormField("referent.phone", "Téléphone du référent", "phone", max_length=40),
    ),
)
