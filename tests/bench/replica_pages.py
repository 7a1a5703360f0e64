"""Pages of the replicas with their truth, in skins of a seed, as a crawl would hand them to the reader."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from lxml import html

from storage.records import ListingItem
from tests.bench.corpus import Page
from tests.bench.scores import Truth
from tests.replicas.model import Request, Response, Stub
from tests.replicas.portals import make_sites
from tests.replicas.site import Site
from tests.replicas.truth import truth as truth_of

NOT_ARTICLES = ("/dang-nhap", "/tim-kiem", "/lien-he", "/so-do-cong", "/tham-do-du-luan", "/khong-co-trang-nay-123")


def replica_pages(seed: int, articles: int) -> dict[str, list[Page]]:
    """Return each portal's articles, and pages of it that hold none."""
    return {
        f"replica {name}": [*_articles(name, site), *(_other(name, site, path) for path in NOT_ARTICLES)]
        for name, site in make_sites(seed, articles).items()
    }


def _articles(name: str, site: Site) -> list[Page]:
    stubs = {row.stub.index: row.stub for row in site.rows}
    return [_article(name, site, stub) for stub in stubs.values()]


def _article(name: str, site: Site, stub: Stub) -> Page:
    want = truth_of(site, stub)
    response = _get(site, want.url)
    own = (want.lead, *want.paragraphs)
    captions = [
        line for image in want.images for line in (image.caption, image.credit, f"{image.caption} {image.credit}")
    ]
    pieces = [line for picture in site.content(stub).pictures for line in (*picture.caption, picture.credit)]
    rows = [" ".join(row) for block in site.content(stub).blocks for row in block.rows]
    optional = (
        *captions,
        *rows,
        *pieces,
        *want.cells,
        want.byline_raw,
        want.source_credit,
        *(f.name for f in want.attachments),
    )
    around = {" ".join(str(text).split()) for text in html.fromstring(response.body).itertext()}
    return Page(
        name=f"{name} {stub.special} {want.url}",
        url=want.url,
        body=response.body,
        headers={key.lower(): value for key, value in response.headers.items()},
        portal=name,
        item=ListingItem(want.url, want.title, site.listing_date_of(stub)),
        facts=want,
        truth=Truth(
            article=True,
            title=want.title,
            body=tuple(line for line in own if line),
            optional=tuple(line for line in optional if line),
            boilerplate=tuple(
                line for line in around if re.search(r"\w", line) and not any(line in text for text in own)
            ),
            published_at=datetime.fromisoformat(want.published_at) if want.published_at else None,
            authors=want.authors,
        ),
    )


def _other(name: str, site: Site, path: str) -> Page:
    url = f"https://{site.facts.host}{path}"
    return Page(f"{name} other {path}", url, _get(site, url).body, Truth(article=False), portal=name)


def _get(site: Site, url: str) -> Response:
    parts = urlsplit(url)
    return site.handle(Request(parts.scheme, parts.netloc, "GET", parts.path, parts.query, {}))
