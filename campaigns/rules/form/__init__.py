"""Forms: what is asked, how an answer is read, checked and shown, and how far a draft is."""

from campaigns.rules.form.acceptance import accept, is_accepted, same
from campaigns.rules.form.carrying import carry
from campaigns.rules.form.content import About, content_of, differs
from campaigns.rules.form.definition import (
    APPLICANT,
    COMMITMENTS,
    REFERENT,
    REFERENT_SECTION,
    Form,
    FormField,
    FormSection,
    Option,
    read_form,
)
from campaigns.rules.form.display import control_text, shown
from campaigns.rules.form.facts import facts
from campaigns.rules.form.merging import Merged, merge
from campaigns.rules.form.problems import beside, missing, name_of, problem
from campaigns.rules.form.progress import Answers, Gap, Progress, SectionProgress, problems, progress, section_gaps
from campaigns.rules.form.reading import LONGEST_TYPED, Value, is_unread, read, tidy, too_long
from campaigns.rules.form.submitted import (
    SubmittedFile,
    SubmittedSection,
    submitted_files,
    submitted_sections,
    summary,
)

__all__ = [
    "APPLICANT",
    "COMMITMENTS",
    "LONGEST_TYPED",
    "REFERENT",
    "REFERENT_SECTION",
    "About",
    "Answers",
    "Form",
    "FormField",
    "FormSection",
    "Gap",
    "Merged",
    "Option",
    "Progress",
    "SectionProgress",
    "SubmittedFile",
    "SubmittedSection",
    "Value",
    "accept",
    "beside",
    "carry",
    "content_of",
    "control_text",
    "differs",
    "facts",
    "is_accepted",
    "is_unread",
    "merge",
    "missing",
    "name_of",
    "problem",
    "problems",
    "progress",
    "read",
    "read_form",
    "same",
    "section_gaps",
    "shown",
    "submitted_files",
    "submitted_sections",
    "summary",
    "tidy",
    "too_long",
]
