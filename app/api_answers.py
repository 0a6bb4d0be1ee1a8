"""Which errors an operation of the API answers, said one by one in its description; none hides behind « default »."""

from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
DESCRIPTIONS = {
    "400": "The request is not complete or not readable.",
    "401": "No token, or one that is unknown, revoked or expired.",
    "403": "The token may not do this.",
    "404": "It does not exist, or it is somebody else's.",
    "409": "The thing is in a state that does not allow this.",
    "412": "It changed since it was read.",
    "413": "Too large.",
    "415": "The body is of another type than the one that is read here.",
    "422": "Some values cannot be taken; `fields` says which and why.",
    "428": "If-Match is missing.",
    "429": "Too many requests; Retry-After says when to come back.",
    "503": "The portal cannot answer for the moment, or is suspended.",
}
ALWAYS = ("400", "401", "403", "404", "409", "422", "429", "503")
WITH_A_BODY = ("413", "415")
WITH_A_CONDITION = ("412", "428")


def named(description: dict[str, Any]) -> dict[str, Any]:
    """The description (OpenAPI) with every possible status of each operation in place of « default »."""
    for path in description["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _name(operation)
    return description


def _name(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.pop("default", None)
    for status in _statuses(operation):
        answers.setdefault(status, _problem(status))


def _statuses(operation: dict[str, Any]) -> tuple[str, ...]:
    conditional = any(one.get("name") == "If-Match" for one in operation.get("parameters", ()))
    return (
        *ALWAYS,
        *(WITH_A_BODY if "requestBody" in operation else ()),
        *(WITH_A_CONDITION if conditional else ()),
    )


def _problem(status: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": DESCRIPTIONS[status], "content": content}
