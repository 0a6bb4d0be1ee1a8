"""Two people write in one draft: field by field, what changes, and what must be shown to both. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.rules.form.acceptance import same
from campaigns.rules.form.definition import Form
from campaigns.rules.form.progress import Answers
from campaigns.rules.form.reading import Value


@dataclass(frozen=True, slots=True)
class Merged:
    """`changed` replaces what stands; `conflicts` are the sender's values for fields that somebody else changed too."""

    changed: Mapping[str, Value]
    conflicts: Mapping[str, Value]


def merge(form: Form, base: Answers, current: Answers, sent: Answers) -> Merged:
    """Compare three states of the fields `sent`: as the sender saw them (`base`), as they stand, as they were sent.

    A field the sender left as it was changes nothing, whatever became of it meanwhile; one that both changed to the
    same value is no conflict.
    """
    changed: dict[str, Value] = {}
    conflicts: dict[str, Value] = {}
    for key, value in sent.items():
        field = form.fields[key]
        if same(field, value, current.get(key)) or same(field, value, base.get(key)):
            continue
        touched_meanwhile = not same(field, base.get(key), current.get(key))
        (conflicts if touched_meanwhile else changed)[key] = value
    return Merged(changed, conflicts)
