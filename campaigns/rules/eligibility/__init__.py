"""Who may apply: a rule is data, judged here for one applicant, and compiled to SQL by campaigns/queries.

`check_rule` finds what is wrong in a document, `read_rule` reads it, `rule_in_words` tells it, `assess` applies it.
"""

from campaigns.rules.eligibility.applicant import Applicant, Establishment, History, LegalEntity
from campaigns.rules.eligibility.checking import check_rule
from campaigns.rules.eligibility.in_words import Sentence, rule_in_words
from campaigns.rules.eligibility.reading import read_rule
from campaigns.rules.eligibility.tree import Rule
from campaigns.rules.eligibility.truth import Outcome
from campaigns.rules.eligibility.verdict import ClauseVerdict, Verdict, assess

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
