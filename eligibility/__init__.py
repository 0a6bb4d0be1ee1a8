"""Who may: one rule as data, judged for an applicant and over the whole register. Calls and services ask it."""
