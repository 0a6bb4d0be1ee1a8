"""Answers as the eligibility rule compares them. Pure."""

from decimal import Decimal

from campaigns.rules.form.definition import Form
from campaigns.rules.form.problems import problem
from campaigns.rules.form.progress import Answers


def facts(form: Form, answers: Answers) -> dict[str, object]:
    """The answers a rule may rely on: readable and valid ones. Decimal numbers are Decimal, amounts whole cents."""
    found: dict[str, object] = {}
    for field in form:
        value = answers.get(field.key)
        if value is not None and field.type not in ("commitment", "file") and problem(field, value) is None:
            found[field.key] = Decimal(value) if field.type == "number" and isinstance(value, str) else value
    return found
