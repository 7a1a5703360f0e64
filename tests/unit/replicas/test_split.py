"""Articles over several pages, in skins that nobody tuned the reader on: their pages are found and joined."""

from urllib.parse import urlsplit

import pytest

from crawlers.reading import read_page
from crawlers.reading.joining import join_pages
from storage.records import PAGES_MISSING, Article, Continuation
from tests.replicas.model import Request, Truth
from tests.replicas.newsroom import PORTALS
from tests.replicas.portals import make_sites
from tests.replicas.site import Site
from tests.replicas.truth import truths

SEEDS = (8802, 8804)


def read(site: Site, url: str) -> Article:
    parts = urlsplit(url)
    response = site.handle(Request("https", parts.netloc, "GET", parts.path, parts.query, {}))
    found = read_page(response.body, url=url, portal=site.facts.portal)
    assert isinstance(found, Article), found
    return found


def read_whole(site: Site, url: str) -> tuple[Article, int]:
    """An article and how many pages it was joined from; pages are looked for as a crawl does, from page to page."""
    first = read(site, url)
    pages: dict[int, Article] = {}
    wanted: list[Continuation] = list(first.continues)
    while wanted:
        link = wanted.pop()
        if link.page not in pages:
            pages[link.page] = read(site, link.url)
            wanted += pages[link.page].continues
    joined = join_pages(first, pages)
    return joined.article, 1 + len(joined.pages)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("portal", PORTALS)
def test_pages_of_an_article_are_joined(portal: str, seed: int) -> None:
    site = make_sites(seed, 30, splits=True)[portal]
    split: list[Truth] = [truth for truth in truths(site) if truth.pages > 1]
    assert split
    for truth in split:
        article, pages = read_whole(site, truth.url)
        assert pages == truth.pages
        assert PAGES_MISSING not in article.flags
        assert article.text == truth.text or truth.cells
        assert (article.title, article.authors) == (truth.title, truth.authors)
        site.day = 3  # cut elsewhere
        assert read_whole(site, truth.url)[0].full_text == article.full_text
        site.day = 1
