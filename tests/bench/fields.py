"""The fields that no peer reads: images, attachments, related links, credit, byline, section, views, against the truth.

python -m tests.bench.fields SEED … [--articles N]: how often each is right, and every wrong one.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from rich.console import Console

from storage.records import Article
from storage.text import clean, match_key
from tests.replicas.model import Truth


@dataclass(slots=True)
class FieldScore:
    """How many pages were right in each field, of how many, and the wrong ones: (page, field, got, want)."""

    right: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, page: str, article: Article, truth: Truth) -> None:
        """Count one page."""
        for name, got, want, good in compare(article, truth):
            self.seen[name] += 1
            self.right[name] += good
            if not good:
                self.wrong.append((page, name, got, want))

    def row(self) -> dict[str, str]:
        """The share of right pages of each field, formatted."""
        return {name: f"{self.right[name] / count:.4f}" for name, count in self.seen.items()}


def compare(article: Article, truth: Truth) -> Iterator[tuple[str, str, str, bool]]:
    """Yield (field, got, want, whether right) for each further field of an article."""
    images = [(image.url, clean(image.caption), clean(image.credit)) for image in article.images]
    wanted = [(image.url, image.caption, image.credit) for image in truth.images]
    yield (
        "images",
        _told(images),
        _told(wanted),
        [tuple(map(_plain, one)) for one in images] == [tuple(map(_plain, one)) for one in wanted],
    )
    files = [(unquote(file.url), file.name) for file in article.attachments]
    expected = [(unquote(file.url), file.name) for file in truth.attachments]
    yield "attachments", _told(files), _told(expected), files == expected
    related = [clean(link.title) for link in article.related]
    yield "related", _told(related), _told(truth.related), related == list(truth.related)
    credit = article.source_credit or ""
    yield "source_credit", credit, truth.source_credit, _plain(credit) == _plain(truth.source_credit)
    byline = article.byline_raw or ""
    yield "byline_raw", byline, truth.byline_raw, _plain(byline) == _plain(truth.byline_raw)
    section = article.section or ""
    accepted = {_plain(name or "") for name in (truth.section, *truth.section_accept)}
    yield "section", section, truth.section or "", _plain(section) in accepted
    views = article.view_count
    good = views is None if truth.views is None else views is not None and 0 <= views - truth.views < 1000
    yield "view_count", str(views), str(truth.views), good
    lead = article.lead or ""
    yield "lead", lead, truth.lead, _plain(lead) == _plain(truth.lead)
    moment = article.published_at.isoformat() if article.published_at else "none"
    yield "published_at", moment, truth.published_at or "none", moment == (truth.published_at or "none")


def _plain(text: str) -> str:
    return match_key(text).strip(" .,;:()[]-–|")


def _told(values: object) -> str:
    return str(values)


def main() -> None:
    """Measure and print."""
    from crawlers.reading import read_page
    from tests.bench.replica_pages import replica_pages

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seeds", nargs="+", type=int)
    parser.add_argument("--articles", type=int, default=45)
    given = parser.parse_args()
    console = Console(width=200)
    score = FieldScore()
    for seed in given.seeds:
        for page in (page for pages in replica_pages(seed, given.articles).values() for page in pages):
            if page.facts is None:
                continue
            got = read_page(page.body, url=page.url, headers=page.headers, portal=page.portal, listing=page.item)
            if isinstance(got, Article):
                score.add(f"{seed} {page.name}", got, page.facts)
    for name, field_name, got_text, want in score.wrong:
        console.print(f"  {name} · {field_name}\n    got  {got_text}\n    want {want}", markup=False, highlight=False)
    console.print(score.row(), f"{max(score.seen.values(), default=0)} articles")


if __name__ == "__main__":
    main()
