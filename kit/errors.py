"""What can go wrong, in a sentence a person can act on. Pages and API render these; nothing else reaches people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar


class CrrcError(Exception):
    """A failure that answers with a clear sentence (French). `code` is stable, for programs."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    sentence: str
    fields: Mapping[str, str]

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = dict(fields or {})


class Unauthenticated(CrrcError):
    """Nobody is signed in and the act needs somebody."""

    status = 401
    code = "unauthenticated"

    def __init__(self, sentence: str = "Connectez-vous pour continuer.") -> None:
        super().__init__(sentence)


class Forbidden(CrrcError):
    """The actor may see the thing, and may not do this to it."""

    status = 403
    code = "forbidden"


class Unconfirmed(CrrcError):
    """The actor may, and must first prove again who they are: it was too long ago, or without a second factor."""

    status = 403
    code = "confirmation_needed"

    def __init__(self, sentence: str = "Confirmez d’abord que c’est bien vous.") -> None:
        super().__init__(sentence)


class NotFound(CrrcError):
    """It does not exist, or it is somebody else's: the answer is the same."""

    status = 404
    code = "not_found"

    def __init__(self, sentence: str = "Cette page n’existe pas, ou vous n’y avez pas accès.") -> None:
        super().__init__(sentence)


class Conflict(CrrcError):
    """The thing is in a state that does not allow this act."""

    status = 409
    code = "conflict"


class Stale(CrrcError):
    """The thing changed since the caller read it (If-Match)."""

    status = 412
    code = "stale"


class PreconditionMissing(CrrcError):
    """A change was asked without saying which version it changes."""

    status = 428
    code = "precondition_required"


class Invalid(CrrcError):
    """What was typed or sent cannot be taken; `fields` maps each path to its sentence."""

    status = 422
    code = "invalid"


class TooManyRequests(CrrcError):
    """The caller must wait."""

    status = 429
    code = "too_many_requests"

    def __init__(self, sentence: str, wait: timedelta = timedelta(minutes=1)) -> None:
        super().__init__(sentence)
        self.wait = wait


class Misdirected(CrrcError):
    """The request names a host that is not ours, or not this portal's."""

    status = 421
    code = "misdirected"

    def __init__(self, sentence: str = "Aucun portail ne répond à cette adresse.") -> None:
        super().__init__(sentence)


class Suspended(CrrcError):
    """The portal is closed for a while; the sentence is the reason that everybody may read."""

    status = 503
    code = "suspended"


class Unsure(CrrcError):
    """This host and the database are `apart` seconds from each other: nobody can say what hour it is."""

    status = 503
    code = "unsure_of_the_hour"

    def __init__(self, apart: float) -> None:
        super().__init__(
            "Les horloges de nos serveurs ne sont plus d’accord\N{NO-BREAK SPACE}: le portail s’arrête plutôt que de "
            "mal dater. Rien n’a été fait\N{NO-BREAK SPACE}; ce que vous aviez enregistré est conservé. Réessayez dans "
            "un instant, sans attendre la dernière minute."
        )
        self.apart = apart
