"""The gate of reading: pinned floors over the golden cases and over replica pages of one seed, every wrong field listed.

The floors are in `floors.json`. They are raised when the reader gets better, never lowered to let a change pass.
"""

import gzip
import json
from datetime import datetime
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import pytest

from crawlers.reading import read_page
from storage.records import Article, ListingItem
from tests.bench.corpus import Page
from tests.bench.fields import FieldScore
from tests.bench.replica_pages import replica_pages
from tests.bench.scores import Read, Score, Truth

FLOORS: dict[str, Any] = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))
CASES = Path(__file__).resolve().parents[2] / "cases"


def _cases() -> list[Page]:
    pages = []
    for file in sorted(CASES.glob("*/*/meta.json")):
        meta = json.loads(file.read_text(encoding="utf-8"))
        want = json.loads((file.parent / "expected.json").read_text(encoding="utf-8"))
        published = want.get("published_at")
        lines = (want.get("lead"), *want.get("paragraphs", ()))
        truth = Truth(
            article=True,
            title=want["title"],
            body=tuple(line for line in lines if line),
            published_at=datetime.fromisoformat(published) if published else None,
            authors=tuple(want.get("authors", ())),
        )
        row = meta.get("listing")
        pages.append(
            Page(
                f"{file.parent.parent.name}/{file.parent.name}",
                meta["url"],
                gzip.decompress((file.parent / "page.html.gz").read_bytes()),
                truth,
                portal=meta.get("portal"),
                item=ListingItem(**row) if row else None,
            )
        )
    return pages


def _replicas() -> list[Page]:
    """The pages of all portals in turn (the special articles come first in each), and all that hold no article."""
    groups = list(replica_pages(FLOORS["seed"], 45).values())
    articles = ([page for page in pages if page.truth.article] for pages in groups)
    others = [page for pages in groups for page in pages if not page.truth.article]
    turns = (page for turn in zip_longest(*articles) for page in turn if page is not None)
    return [*islice(turns, FLOORS["pages"]), *others]


def _score(pages: list[Page]) -> tuple[Score, FieldScore]:
    score, fields = Score(), FieldScore()
    for page in pages:
        got = read_page(page.body, url=page.url, headers=page.headers, portal=page.portal, listing=page.item)
        if isinstance(got, Article):
            read = Read(got.full_text, got.title, got.published_at, got.authors)
            if page.facts is not None:
                fields.add(page.name, got, page.facts)
        else:
            read = Read(None)
        score.add(page.name, read, page.truth)
    return score, fields


@pytest.mark.parametrize("pages", [_cases, _replicas], ids=["cases", "replicas"])
def test_floors(pages: Any) -> None:
    score, fields = _score(pages())
    articles = score.articles
    figures = {
        "text_f1": score.token_f1 / articles,
        "leak": score.leaked / max(score.words, 1),
        "title": score.titles / articles,
        "date": score.dates / max(score.dated, 1),
        "false_dates": score.false_dates,
        "authors": score.authors / articles,
        "articles_refused": score.missed,
        "others_taken": score.invented,
    }
    most = {"leak", "false_dates", "articles_refused", "others_taken"}
    failed = [
        f"{name}: {value} (floor {FLOORS[name]})"
        for name, value in figures.items()
        if (value > FLOORS[name] if name in most else value < FLOORS[name])
    ]
    for name, floor in FLOORS["fields"].items() if fields.seen else ():
        share = fields.right[name] / fields.seen[name]
        if share < floor:
            failed.append(f"{name}: {share} (floor {floor})")
    wrong = [f"{page} · {name}\n  got  {got}\n  want {want}" for page, name, got, want in (*score.wrong, *fields.wrong)]
    assert not failed, "\n".join([*failed, "every wrong field:", *wrong])
