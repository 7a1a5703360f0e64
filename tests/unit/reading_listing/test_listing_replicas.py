"""Every listing page of the five replicas, walked by the pages' own next links, against what the replicas know."""

from datetime import datetime
from urllib.parse import urlsplit

import pytest

from crawlers.portals import load
from crawlers.reading.dates import read_date
from crawlers.reading.listing import read_listing
from storage.text import clean
from tests.replicas.model import Request
from tests.replicas.portals import make_sites


def moment(raw: str) -> datetime | None:
    date = read_date(raw)
    return date.value if date else None


SEEDS = (5, 17, 23)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("known", [True, False], ids=["portal", "no portal"])
@pytest.mark.parametrize("name", ["lao_cai", "long_an_hcc", "long_an_baolongan", "tien_giang", "kien_giang_kien_luong"])
def test_listing(seed: int, known: bool, name: str) -> None:
    site, portal = make_sites(seed, 40)[name], load(name)
    url: str | None = portal.listings[0].url
    page = 0
    while url and page < site.page_count:
        page += 1
        parts = urlsplit(url)
        answer = site.handle(Request("https", parts.hostname or "", "GET", parts.path or "/", parts.query, {}))
        result = read_listing(answer.body, url=url, headers=answer.headers, portal=portal if known else None)
        rows = site.slice(page)
        assert [item.url for item in result.items] == [
            f"https://{site.facts.host}{site.address(row.stub, row.ident)}" for row in rows
        ]
        for item, row in zip(result.items, rows, strict=True):
            content = site.content(row.stub)
            printed = site.listing_date_of(row.stub)
            assert item.title == clean(content.title)
            assert moment(item.published_raw) == moment(printed)
            lead = clean(content.lead or "")
            assert item.lead == lead or (item.lead.endswith("...") and lead.startswith(item.lead[:-3]))
        assert result.page_count in {None, site.page_count}
        url = result.next_url
    assert url is None
    if name == "lao_cai":  # a script fetches its further pages
        assert result.page_count == site.page_count
    else:
        assert page == site.page_count
