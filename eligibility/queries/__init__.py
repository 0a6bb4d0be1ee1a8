"""The rule as SQL over the register: the facts of an applicant, the audience of a rule."""
