"""What a document says of the other calls of its tenant."""

from collections.abc import Iterator

from campaigns.queries import campaign as campaigns
from campaigns.queries.award import service_titles
from campaigns.rules.document.campaign import Document
from kit.document.finding import Finding, warning
from kit.french import NBSP
from kit.transaction import Tx

_HISTORY = ("applied_to", "awarded_in")


def check_references(tx: Tx, document: Document, publishing: bool = False) -> list[Finding]:
    """A warning for each call that the rule names and that does not exist; and what a publication asks besides.

    Siblings are imported one after the other, and the service that is given may come to the catalogue later: only a
    publication (`publishing`) asks for them.
    """
    named = list(_named(document.rule, "rule"))
    if publishing:
        named += [(f"siblings[{index}]", slug) for index, slug in enumerate(document.data.get("siblings", []))]
    known = {one.slug for one in campaigns.list_by_slugs(tx.session, {slug for _, slug in named})}
    service = _service(tx, document) if publishing else []
    return service + [
        warning(path, f"Aucune campagne ne porte le nom «{NBSP}{slug}{NBSP}» sur ce portail.")
        for path, slug in named
        if slug not in known
    ]


def _service(tx: Tx, document: Document) -> list[Finding]:
    slug = document.terms.service
    if slug is None or slug in service_titles(tx.session, [slug]):
        return []
    return [warning("award.service", f"Aucune prestation publiée au catalogue ne porte le nom «{NBSP}{slug}{NBSP}».")]


def _named(node: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for index, part in enumerate(node):
            yield from _named(part, f"{path}[{index}]")
    elif isinstance(node, dict):
        for word, content in node.items():
            if word in _HISTORY:
                yield f"{path}.{word}", content
            else:
                yield from _named(content, f"{path}.{word}")
