"""The pages of the replicas say what their truth says, for every variant of every portal, today and on day 2."""

import ast
import re
import time
import unicodedata
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from lxml import html

from tests.replicas import BOILERPLATE_LINES, Special
from tests.replicas.model import Request, Response
from tests.replicas.newsroom import PORTALS
from tests.replicas.portals import make_sites
from tests.replicas.seeds import FOLDER
from tests.replicas.site import Site
from tests.replicas.truth import truths

SEEDS = (0, 1, 2)
REPLICAS = Path(__file__).resolve().parents[2] / "replicas"


def get(site: Site, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Response:
    parts = urlsplit(url)
    named = headers or {}
    return site.handle(
        Request("https", parts.netloc, "GET" if body is None else "POST", parts.path, parts.query, named, body or b"")
    )


def parse(body: bytes) -> html.HtmlElement:
    """The page's tree without scripts and styles."""
    tree = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    for element in list(tree.iter("script", "style")):
        assert isinstance(element, html.HtmlElement)
        element.drop_tree()
    return tree


def page_text(body: bytes) -> str:
    """All text of a page, with single spaces; a space at every tag."""
    return " ".join(unicodedata.normalize("NFC", " ".join(map(str, parse(body).itertext()))).split())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("portal", PORTALS)
def test_pages_show_their_truth(portal: str, seed: int) -> None:
    site = make_sites(seed, 45)[portal]
    for day in (1, 2):
        site.day = day
        for truth in truths(site):
            if day == 2 and truth.special is Special.PLAIN and truth.appears == 1:
                continue  # as on day 1
            stub = (
                site.newsroom.find(
                    int(re.findall(r"\d+", urlsplit(truth.url).path + "?" + urlsplit(truth.url).query)[-1]), day
                )
                if "DispForm" not in truth.url
                else None
            )
            response = get(site, truth.url)
            if truth.gone:
                assert response.status == 404
                continue
            assert response.status == 200
            assert 40_000 <= len(response.body) <= 150_000
            text = page_text(response.body)
            for line in (
                truth.title,
                truth.lead,
                *truth.paragraphs,
                *truth.cells,
                truth.byline_raw,
                truth.source_credit,
            ):
                assert line in text
            assert not set(truth.paragraphs) & set(BOILERPLATE_LINES)
            for image in truth.images:
                assert image.caption in text
                assert image.credit in text
                assert image.url.encode() in response.body.replace(b"&amp;", b"&")
            for file in truth.attachments:
                assert urlsplit(file.url).path.encode() in response.body
                assert len(get(site, file.url).body) == file.size
            if stub is not None and site.page_date is not None:
                assert (site.page_date(stub.published) in text) is (truth.published_on == "page")
            for other in truth.addresses:
                answer = get(site, other)
                if other != truth.url and truth.moved:
                    assert (answer.status, urljoin(other, answer.headers["Location"])) == (301, truth.url)
                else:
                    assert answer.status == 200


def test_every_special_kind_stands_in_every_portal() -> None:
    for site in make_sites(5, 45).values():
        site.day = 2
        assert {truth.special for truth in truths(site)} == set(Special)


def test_day_two_changes_a_number_and_nothing_else_of_an_edited_article() -> None:
    for site in make_sites(3, 45).values():
        before = {truth.url: truth for truth in truths(site)}
        site.day = 2
        edited = [truth for truth in truths(site) if truth.special is Special.EDITED]
        assert edited
        for truth in edited:
            old = before[truth.url]
            assert truth.text != old.text
            assert re.sub(r"[\d.]+ đồng", "", truth.text) == re.sub(r"[\d.]+ đồng", "", old.text)
        assert any(truth.special is Special.LATE and truth.url not in before for truth in truths(site))


def test_late_article_stands_on_page_three_of_day_two() -> None:
    for site in make_sites(4, 45).values():
        site.day = 2
        assert Special.LATE in {row.stub.special for row in site.slice(3)}


def test_reprints_are_word_for_word_on_two_portals() -> None:
    texts: dict[tuple[str, str], list[str]] = {}
    for portal, site in make_sites(1, 45).items():
        for truth in truths(site):
            if truth.special is Special.REPRINT:
                texts.setdefault((truth.title, truth.text), []).append(portal)
                assert len(truth.text.split()) >= 50
    assert len(texts) == len(PORTALS)
    assert all(len(set(portals)) == 2 for portals in texts.values())


# What a dump holds that is not the page's own text: image alts are asked of the page's attributes instead.
DUMPS = {
    "long_an_hcc": ("000_dbf2009415137cb3.txt", 1),
    "long_an_baolongan": ("001_46546c462e9ed7eb.txt", 1),
    "lao_cai": ("002_49dd44de43a9d070.txt", 2),
    "tien_giang": ("003_188732841570f83d.txt", 2),
    "kien_giang_kien_luong": ("004_a47774ddaf4a2b31.txt", 0),
}


def flat(body: bytes) -> str:
    """A page as the dumps' extractor saw it: text with the alts of images in place, no white space."""
    tree = parse(body)
    for image in tree.iter("img"):
        image.tail = f" {image.get('alt') or ''} {image.tail or ''}"
    return "".join(unicodedata.normalize("NFC", "".join(map(str, tree.itertext()))).split())


@pytest.mark.parametrize("portal", PORTALS)
def test_seed_page_gives_the_lines_of_its_dump_in_order(portal: str) -> None:
    file, seed = DUMPS[portal]
    site = make_sites(seed, 45)[portal]
    assert site.skin.variant == 0
    truth = next(truth for truth in truths(site) if truth.seed)
    assert truth.seed == file
    rest = flat(get(site, truth.url).body)
    counters = re.compile(r"(Đang online|Hôm nay|Trong tuần|Tất cả): [\d,]+")
    # Extra side blocks may stand anywhere; the lines of the dump must come one after another.
    body = [
        line
        for line in (FOLDER / file).read_text(encoding="utf-8").split("\n")
        if line.strip() and not counters.search(line)
    ]
    for line in body:
        wanted = "".join(unicodedata.normalize("NFC", line).split())
        if (portal == "lao_cai" and line.strip() in {"image banner", "Thống kê truy cập", "Đăng nhập"}) or (
            portal == "long_an_hcc" and line.startswith("Chung nhan")
        ):
            assert wanted in flat(get(site, truth.url).body)
            continue
        assert wanted in rest, line
        rest = rest[rest.index(wanted) + len(wanted) :]


def links(body: bytes, base: str) -> list[str]:
    return [urljoin(base, str(anchor.get("href"))) for anchor in parse(body).iter("a") if anchor.get("href")]


def walk_vnportal(site: Site) -> list[bytes]:
    first = get(site, "https://laocai.gov.vn/tin-thoi-su").body
    script = first.decode()
    last = int(re.findall(r"maxPage = parseInt\((\d+)\)", script)[0])
    ids = {
        name: re.findall(rf'{name}: "?([\d,]*\d)', script)[0]
        for name in ("article_category_id", "categoryIds", "site_id", "page_size")
    }
    pages = [first]
    for page in range(2, last + 1):
        body = urlencode({**ids, "page": page, "show_post_date": "True"}).encode()
        pages.append(
            get(
                site,
                "https://laocai.gov.vn/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle",
                body,
            ).body
        )
    return pages


def walk_by(pattern: str) -> Callable[[Site], list[bytes]]:
    """Follow the link whose inner HTML matches, or the address in a `RefreshPageTo`."""

    def walk(site: Site) -> list[bytes]:
        url = f"https://{site.facts.host}{site.facts.start}"
        pages: list[bytes] = []
        while True:
            body = get(site, url).body
            pages.append(body)
            scripted = re.search(r'RefreshPageTo\(event, "([^"]+)"', body.decode())
            plain = re.search(rf'<a href="([^"]+)">(?:{pattern})', body.decode())
            if not scripted and not plain:
                return pages
            target = scripted[1].replace("\\u0026", "&") if scripted else unescape(plain[1]) if plain else ""
            url = urljoin(url, target)

    return walk


def walk_numbers(site: Site) -> list[bytes]:
    pages: list[bytes] = []
    while (
        f"https://{site.facts.host}/?page={len(pages) + 1}" in links(pages[-1], f"https://{site.facts.host}/")
        if pages
        else True
    ):
        pages.append(get(site, f"https://{site.facts.host}/?page={len(pages) + 1}").body)
    return pages


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("portal", PORTALS)
def test_paging_by_its_own_mechanism_shows_every_row_once(portal: str, seed: int) -> None:
    site = make_sites(seed, 45, page_count=8)[portal]
    walk = {
        "lao_cai": walk_vnportal,
        "long_an_hcc": walk_by("<img src=.{1,40}next.gif"),
        "long_an_baolongan": walk_by("Trang sau"),
        "tien_giang": walk_by("Tiếp theo"),
        "kien_giang_kien_luong": walk_numbers if site.skin.variant == 0 else walk_by("Tiếp »|<img src=.{1,40}next.gif"),
    }[portal]
    pages = walk(site)
    assert len(pages) == 8
    # Rows are told from side blocks by what is new on a page: every address of the listing turns up on its page.
    for number, body in enumerate(pages, 1):
        shown = set(links(body, f"https://{site.facts.host}/"))
        for row in site.slice(number):
            assert f"https://{site.facts.host}{site.address(row.stub, row.ident)}" in shown
    dated = [row for row in site.rows if site.listing_date_of(row.stub)]
    assert all(
        site.listing_date_of(row.stub) in page_text(pages[site.rows.index(row) // site.facts.page_size])
        for row in dated[:30]
    )


def test_bare_query_addresses_answer_in_both_spellings() -> None:
    site = make_sites(1, 45)["tien_giang"]
    url = truths(site)[0].url
    path, query = url.split("?")
    assert get(site, url).status == 200
    assert get(site, f"{path}?{query.replace('/', '%2F')}=").status == 200


def test_validators_are_honoured_where_a_portal_has_them_and_nothing_but_counters_moves() -> None:
    for portal, site in make_sites(1, 45).items():
        url = next(truth.url for truth in truths(site) if truth.special is Special.EDITED)
        first = get(site, url)
        etag, modified = first.headers.get("ETag"), first.headers.get("Last-Modified")
        assert (etag or modified or "") != "" or portal in {"long_an_hcc", "tien_giang"}
        assert get(site, url).body != first.body  # counters
        if etag:
            assert get(site, url, headers={"if-none-match": etag}).status == 304
        if modified:
            assert get(site, url, headers={"if-modified-since": modified}).status == 304
        site.day = 2
        assert (
            get(site, url, headers={"if-none-match": etag or '"none"', "if-modified-since": modified or ""}).status
            == 200
        )


def test_unknown_addresses_never_give_an_article() -> None:
    statuses = {}
    for portal, site in make_sites(2, 45).items():
        response = get(site, f"https://{site.facts.host}/khong-co-trang-nay-12345")
        statuses[portal] = response.status
    assert statuses == {
        "lao_cai": 200,
        "long_an_hcc": 404,
        "long_an_baolongan": 404,
        "tien_giang": 200,
        "kien_giang_kien_luong": 302,
    }


def test_same_seed_same_texts_and_another_seed_others() -> None:
    one, same, other = (make_sites(seed, 45)["lao_cai"] for seed in (7, 7, 8))
    assert truths(one) == truths(same)
    assert len({truth.title for truth in truths(one)} & {truth.title for truth in truths(other)}) <= 5


def test_two_thousand_articles_are_listed_in_under_a_second() -> None:
    started = time.perf_counter()
    sites = make_sites(1, 2000)
    for site in sites.values():
        assert get(site, f"https://{site.facts.host}{site.facts.start}").status == 200
    assert (time.perf_counter() - started) / len(sites) < 1


def test_replicas_import_nothing_of_the_product() -> None:
    for file in REPLICAS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            assert not {name.split(".")[0] for name in names} & {"crawlers", "flows", "storage"}
