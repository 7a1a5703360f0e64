"""Real pages of others, when the folder is there: every non-article refused, every article read whole."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crawlers.reading import read_page
from storage.records import Article, Refusal
from storage.text import match_key

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")


def _origin() -> list[dict[str, Any]]:
    file = CORPUS / "origin.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def _gold() -> dict[str, dict[str, Any]]:
    golds = (json.loads(file.read_text(encoding="utf-8")) for file in sorted(CORPUS.glob("gold/vi_*/*.json")))
    return {gold["file"]: gold for gold in golds}


def _f1(text: str, gold: str, optional: str) -> float:
    ours, truth, free = (Counter(re.findall(r"\w+", part.casefold())) for part in (text, gold, optional))
    hits, extra = (ours & truth).total(), ((ours - truth) - free).total()
    return 2 * hits / (2 * hits + extra + (truth - ours).total())


@pytest.mark.parametrize("entry", [e for e in _origin() if "/gov_" in e["file"]], ids=lambda e: e["id"])
def test_no_article_is_made_of_other_pages(entry: dict[str, Any]) -> None:
    result = read_page((CORPUS / entry["file"]).read_bytes(), url=entry["url"] or "https://dvc.bacninh.gov.vn/don")
    assert isinstance(result, Refusal), result


@pytest.mark.parametrize("file", sorted(_gold()))
def test_articles(file: str) -> None:
    gold = _gold()[file]
    article = read_page((CORPUS / file).read_bytes(), url=gold["url"])
    assert isinstance(article, Article), article
    assert match_key(article.title) in [match_key(title) for title in (gold["title"], *gold["alt_titles"])]
    printed = article.published_at.isoformat()[:16] if article.published_at else ""
    assert printed == (gold["published_at"] or "")[:16]
    assert list(article.authors) == gold["author"]
    assert _f1(article.full_text, " ".join(gold["body"]), " ".join([gold["title"], *gold["optional"]])) >= 0.97
    assert [line for line in gold["boilerplate"] if len(line) > 6 and line in article.text] == []
