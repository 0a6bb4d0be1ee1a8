"""What mkdocs does not do: pages of the project's root, pages still awaited, the language of each, nothing fetched."""

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

PROJECT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
# What a browser would fetch by itself; links that a person follows are welcome.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source)[^>]+src=\"?(?:https?:)?//|<link[^>]+rel=\"?(?:stylesheet|preconnect|preload)\"?[^>]+https?://"
)


def on_config(config):
    """The navigation without the awaited pages that are not there yet."""
    config.nav = _there(config.nav, {one for one in config.extra["awaited"] if not (PROJECT / "docs" / one).exists()})
    return config


def on_files(files, config):
    """README, CONTRIBUTING and their like become pages."""
    for page, source in config.extra["from_root"].items():
        if (PROJECT / source).exists():
            files.append(File.generated(config, page, content=(PROJECT / source).read_text()))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links to files of the project: to their page when they have one, else their name alone."""
    pages = {source: name for name, source in config.extra["from_root"].items()}
    own = pages | {"docs/adr/": "adr/README.md"}
    source = config.extra["from_root"].get(page.file.src_uri, f"docs/{page.file.src_uri}")
    here = PurePosixPath(page.file.src_uri).parent

    def lead(match):
        text, target, anchor = match[1], match[2], match[3] or ""
        path = os.path.normpath(PurePosixPath(source).parent / target) + ("/" if target.endswith("/") else "")
        goal = own.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if goal in config.extra["awaited"] and not (PROJECT / "docs" / goal).exists():
            return text
        if goal is None:  # a source: whoever reads the site has the name, whoever has the project opens it
            return text if (PROJECT / path).exists() else match[0]
        return f"[{text}]({os.path.relpath(goal, here)}{anchor})"

    return "".join(part if fenced else LINK.sub(lead, part) for fenced, part in _parts(markdown))


def on_post_page(output, page, config):
    """Says the language of pages in English, and refuses what would be fetched from elsewhere."""
    if fetched := FETCHED.search(output):
        raise PluginError(f"{page.file.src_uri}: {fetched[0]}… would be fetched from elsewhere")
    output = output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" aria-label="Recherche" role="dialog"'
    )
    french = page.file.src_uri == "index.md" or page.file.src_uri.startswith("guide/")
    return (
        output
        if french
        else output.replace('<article class="md-content__inner', '<article lang="en" class="md-content__inner')
    )


def _there(nav, missing):
    if isinstance(nav, list):
        decisions = _decisions() if "adr/README.md" in nav else []
        return [kept for one in nav if (kept := _there(one, missing))] + decisions
    if isinstance(nav, dict):
        return {title: kept for title, inside in nav.items() if (kept := _there(inside, missing))}
    return None if nav in missing else nav


def _decisions():
    pages = sorted((PROJECT / "docs/adr").glob("0*.md"))
    return [{page.read_text().split("\n")[0].removeprefix("# "): f"adr/{page.name}"} for page in pages]


def _parts(markdown):
    """(whether it is a block of code, text)."""
    for number, part in enumerate(re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)):
        yield number % 2 == 1, part
