"""Each mail beside its text: a mail program that shows HTML shows the same words, and fetches nothing from anywhere."""

import re
from html.parser import HTMLParser

import pytest

from kit.settings import settings
from notifications.gateway.templates import render
from tests.house.test_mails import CONTEXTS, TENANT

# What would be fetched, would run, or would be sent.
REMOTE_TAGS = {"img", "script", "iframe", "object", "embed", "link", "video", "audio", "form", "svg", "base", "input"}
REMOTE_ATTRIBUTES = {"src", "srcset", "background", "poster", "data", "action"}
WORD = re.compile(r"\w+")


class Reader(HTMLParser):
    """Tags, their attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.links: list[tuple[str, str]] = []
        self.titles = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._inside.append(tag)
        if tag == "a":
            self.links.append((dict(attributes).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.titles += data
            return
        self.said += f" {data}"
        if "a" in self._inside:
            href, words = self.links[-1]
            self.links[-1] = (href, words + data)


@pytest.fixture(scope="module", autouse=True)
def _far() -> object:
    """Links lead to the portal's own address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_BASE_URL", "https://crrc.example")
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_a_mail_is_readable_and_fetches_nothing(name: str) -> None:
    mail = render(name, TENANT, "/candidacies/1", CONTEXTS[name])
    page = Reader(mail.html)
    assert mail.text.strip()
    assert dict(page.tags)["html"] == {"lang": "fr"}
    assert ("meta", {"charset": "utf-8"}) in page.tags
    assert page.titles == mail.title
    assert {tag for tag, _ in page.tags} & REMOTE_TAGS == set()
    for tag, attributes in page.tags:
        assert attributes.keys() & REMOTE_ATTRIBUTES == set(), tag
        assert not [key for key in attributes if key.startswith("on")], tag
        assert not re.search(r"url\(|@import|expression", attributes.get("style") or ""), tag
        assert tag != "table" or attributes.get("role") == "presentation"
    for href, words in page.links:
        assert href.startswith(("https://crrc.example/", "mailto:")), href
        assert words.strip(), href


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_text_and_html_say_the_same(name: str) -> None:
    """Every word of the one is in the other."""
    mail = render(name, TENANT, "/candidacies/1", CONTEXTS[name])
    page = Reader(mail.html)
    shown = page.said + " ".join(href for href, _ in page.links)
    text, html = ({word.lower() for word in WORD.findall(side)} for side in (mail.text, shown))
    assert text - html == set()
    assert html - text <= {"si", "le", "bouton", "ne", "répond", "pas", "copiez", "cette", "adresse"}
