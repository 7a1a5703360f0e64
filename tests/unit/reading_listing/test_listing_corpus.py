"""Nine saved listings of a real Liferay 6.2 portal against their hand-made truth. Skipped where the corpus is absent."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from crawlers.reading.dates import read_date
from crawlers.reading.listing import read_listing
from storage.text import clean

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
GOLD = sorted((CORPUS / "gold" / "gov_list").glob("*.json"))

pytestmark = pytest.mark.skipif(not GOLD, reason="the corpus of saved pages is not here")


@pytest.fixture(params=GOLD, ids=lambda file: file.stem)
def truth(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text(encoding="utf-8"))


def test_items(truth: Any) -> None:
    page = read_listing((CORPUS / truth["file"]).read_bytes(), url=truth["url"])
    assert [(item.url, item.title, item.lead) for item in page.items] == [
        (urljoin(truth["url"], item["href"]), clean(item["title"]), clean(item["summary"] or ""))
        for item in truth["items"]
    ]


def test_dates(truth: Any) -> None:
    page = read_listing((CORPUS / truth["file"]).read_bytes(), url=truth["url"])
    read = [read_date(item.published_raw) for item in page.items]
    assert [date.value.isoformat() if date and date.value else None for date in read] == [
        item["published_at"] for item in truth["items"]
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of saved pages is not here")
@pytest.mark.parametrize("file", sorted((CORPUS / "pages" / "gov_other").glob("*.html")), ids=lambda file: file.stem)
def test_pages_without_articles_list_none(file: Path) -> None:
    assert read_listing(file.read_bytes(), url=f"https://sotttt.hanoi.gov.vn/{file.name}").items == ()
