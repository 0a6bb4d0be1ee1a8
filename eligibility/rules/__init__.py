"""Who may apply: a rule is data, judged here for one applicant, and compiled to SQL by `eligibility.queries`.

`check_rule` finds what is wrong in a document, `read_rule` reads it, `rule_in_words` tells it, `assess` applies it.
"""

from eligibility.rules.applicant import Applicant, Establishment, History, LegalEntity
from eligibility.rules.checking import check_rule
from eligibility.rules.in_words import Sentence, rule_in_words
from eligibility.rules.reading import read_rule
from eligibility.rules.tree import Rule
from eligibility.rules.truth import Outcome
from eligibility.rules.verdict import ClauseVerdict, Verdict, assess

__all__ = [
    "Applicant",
    "ClauseVerdict",
    "Establishment",
    "History",
    "LegalEntity",
    "Outcome",
    "Rule",
    "Sentence",
    "Verdict",
    "assess",
    "check_rule",
    "read_rule",
    "rule_in_words",
]
