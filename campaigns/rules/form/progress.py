"""How far a draft is: each section's state, and what is missing before it can be submitted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.rules.form.definition import Form, FormSection
from campaigns.rules.form.problems import missing, problem
from campaigns.rules.form.reading import Value

Answers = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Gap:
    """What keeps a draft from being submitted: a field and its sentence."""

    section: str
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """A line of the task list. `wrong` counts values to correct, `absent` answers to give.

    `state` is "todo", "started" or "done"; "optional" where nothing is written and nothing has to be.
    """

    section: FormSection
    state: str
    answered: int
    absent: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole draft. `gaps` is empty when it can be submitted."""

    sections: tuple[SectionProgress, ...]
    gaps: tuple[Gap, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing or wrong."""
        return not self.gaps

    @property
    def done(self) -> int:
        """How many sections stop nothing any more."""
        return sum(section.state in ("done", "optional") for section in self.sections)


def progress(form: Form, answers: Answers) -> Progress:
    """Where the draft stands in this form; answers to questions it does not ask count for nothing."""
    gaps = tuple(gap for section in form.sections for gap in section_gaps(section, answers))
    return Progress(tuple(_section(section, answers) for section in form.sections), gaps)


def section_gaps(section: FormSection, answers: Answers) -> list[Gap]:
    """What is missing or wrong in a section, in the order of its fields."""
    gaps = []
    for field in section.fields:
        value = answers.get(field.key)
        sentence = problem(field, value) if value is not None else missing(field) if field.required else None
        if sentence:
            gaps.append(Gap(section.key, field.key, sentence))
    return gaps


def problems(section: FormSection, answers: Answers) -> dict[str, str]:
    """The values that are wrong, by field: what a draft may hold, flagged."""
    found = {field.key: problem(field, answers.get(field.key)) for field in section.fields}
    return {key: sentence for key, sentence in found.items() if sentence}


def _section(section: FormSection, answers: Answers) -> SectionProgress:
    answered = sum(answers.get(field.key) is not None for field in section.fields)
    gaps = len(section_gaps(section, answers))
    wrong = len(problems(section, answers))
    return SectionProgress(section, _state(section, answered, gaps), answered, gaps - wrong, wrong)


def _state(section: FormSection, answered: int, gaps: int) -> str:
    if gaps:
        return "started" if answered else "todo"
    return "done" if answered or not section.fields else "optional"
