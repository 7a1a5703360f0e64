"""Families of CMS on pages made after their products' own templates, in several skins: told, listed, turned, read."""

import re
from dataclasses import dataclass

import pytest

from crawlers import portals, rules
from crawlers.detect import SURE, Shown, detect
from crawlers.platforms.pager import Page
from crawlers.portal import Listing, Sureness
from crawlers.reading import read_page
from crawlers.reading.listing import read_listing
from crawlers.reading.tree import parse
from crawlers.spiders import spider_class
from storage.records import Article

HOST = "https://cong.example.gov.vn"
TITLE = "Hội nghị sơ kết công tác cải cách hành chính sáu tháng đầu năm"
LEAD = "Sáng 15/7, Ủy ban nhân dân xã tổ chức hội nghị sơ kết, bàn nhiệm vụ những tháng còn lại của năm."
BODY = [
    "Dự hội nghị có đại diện lãnh đạo các phòng, ban và các trưởng thôn trên địa bàn xã.",
    "Theo báo cáo, bộ phận một cửa đã tiếp nhận 1.245 hồ sơ, giải quyết trước và đúng hạn đạt 99,2 phần trăm.",
    "Hội nghị thống nhất bảy nhóm nhiệm vụ trọng tâm, giao từng bộ phận chịu trách nhiệm và thời hạn cụ thể.",
]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in BODY)
OTHERS = "".join(
    f'<li><a href="/x-{n}.html"><h4>Tin khác số {n} của xã</h4></a> <em>(0{n}/07/2025)</em></li>' for n in (1, 2, 3)
)


@dataclass(frozen=True)
class Skin:
    """A product's pages: what an article's and a listing's main part look like, and what comes before them."""

    family: str
    head: str
    article: str
    row: str
    page_link: str
    lead: str | None
    author: tuple[str, ...] = ()

    def page(self, main: str) -> str:
        menu = "<ul class='nav'><li><a href='/'>Trang chủ</a></li><li><a href='/tin-tuc/'>Tin tức</a></li></ul>"
        foot = "<footer>Bản quyền thuộc UBND xã. Đang truy cập: 12. Hôm nay: 345</footer>"
        return (
            f"<!doctype html><html><head><title>{TITLE}</title>{self.head}</head><body>{menu}{main}{foot}</body></html>"
        )

    def listing(self) -> str:
        rows = "".join(
            self.row.format(
                url=f"/tin-tuc/bai-viet-so-{n}-cua-xa-{n}.html", title=f"Bài viết số {n} về công việc của xã", n=n
            )
            for n in range(1, 8)
        )
        links = "".join(f'<a href="{self.page_link.format(n=n)}">{n}</a> ' for n in (2, 3, 4))
        return self.page(f"<div id='content'>{rows}<div class='pagination'><b>1</b> {links}</div></div>")


NUKEVIET_HEAD = (
    "<meta name='generator' content='NukeViet v4.5'><script>var nv_base_siteurl = '/', nv_lang_data = 'vi';</script>"
)
NUKEVIET_ROW = (
    "<div class='news_column listpage'><div class='panel panel-default'><div class='panel-body'><h3><a href='{url}' "
    "title='{title}'>{title}</a></h3><div class='text-muted'><ul class='list-inline'><li><em class='fa fa-clock-o'></em> "
    "0{n}/07/2025 08:0{n}</li><li>Đã xem: {n}5</li></ul></div>Tóm tắt của bài viết số {n}, đủ dài để là một câu.</div></div></div>"
)
SKINS = [
    Skin(
        "nukeviet",
        NUKEVIET_HEAD,
        f"<div class='news_column panel panel-default newsdetail'><div class='panel-body'><h1 class='title margin-bottom-lg'>"
        f"{TITLE}</h1><div class='row newsdetailmetatop'><span class='h5'><i class='fa'></i>Thứ ba - 15/07/2025 14:20</span>"
        f"<span class='h5'><i class='fa fa-eye'></i>87</span></div><div class='hometext m-bottom'>{LEAD}</div>"
        f"<div id='news-bodyhtml' class='bodytext margin-bottom-lg'>{PARAGRAPHS}</div><p class='h5 text-right'><strong>Tác giả: "
        f"</strong>Trần Văn Minh</p></div></div><form id='form3B'><p id='stringrating'>Tổng số điểm của bài viết là: 0</p></form>"
        f"<div class='news_column'><ul class='related'>{OTHERS}</ul></div>",
        NUKEVIET_ROW,
        "/tin-tuc/page-{n}/",
        LEAD,
        ("Trần Văn Minh",),
    ),
    Skin(
        "nukeviet",
        "<script>var nv_base_siteurl = '/';</script>",
        f"<div class='news_column panel panel-default' itemtype='http://schema.org/NewsArticle' itemscope><div class='panel-body'>"
        f"<h1 itemprop='headline'>{TITLE}</h1><em class='time'>Thứ ba - 15/07/2025 14:20</em><hr><div id='hometext'>{LEAD}</div>"
        f"<div id='news-bodyhtml' class='bodytext'>{PARAGRAPHS}</div></div></div><ul class='related'>{OTHERS}</ul>",
        NUKEVIET_ROW,
        "/tin-tuc/page-{n}/",
        LEAD,
    ),
    Skin(
        "joomla",
        '<meta name="generator" content="Joomla! - Open Source Content Management">',
        f"<div class='com-content-article item-page'><div class='page-header'><h1>{TITLE}</h1></div><dl class='article-info'>"
        f"<dd class='published'><time datetime='2025-07-15T14:20:00+07:00'>Được đăng: 15/07/2025</time></dd></dl>"
        f"<div class='com-content-article__body'>{PARAGRAPHS}</div></div>",
        "<div class='item'><h2><a href='{url}'>{title}</a></h2><span>0{n}/07/2025</span></div>",
        "/tin-tuc?start={n}0",
        None,
    ),
    Skin(
        "wordpress",
        "<link rel='stylesheet' href='/wp-content/themes/xa/style.css'><script src='/wp-includes/js/jquery.js'></script>",
        f"<article id='post-9' class='post'><header class='entry-header'><div class='entry-meta'><span class='posted-on'><a>"
        f"<time class='entry-date published' datetime='2025-07-15T14:20:00+07:00'>15/07/2025</time></a></span></div>"
        f"<h1 class='entry-title'>{TITLE}</h1></header><div class='entry-content'>{PARAGRAPHS}</div>"
        f"<footer class='entry-footer'><span class='cat-links'>Danh mục: Tin tức</span></footer></article>",
        "<article class='post'><h2 class='entry-title'><a href='{url}'>{title}</a></h2><time class='entry-date'>0{n}/07/2025"
        "</time></article>",
        "/tin-tuc/page/{n}/",
        None,
    ),
]


@pytest.fixture(params=range(len(SKINS)), ids=lambda number: f"{SKINS[number].family}-{number}")
def skin(request: pytest.FixtureRequest) -> Skin:
    number: int = request.param
    return SKINS[number]


def test_it_is_recognised(skin: Skin) -> None:
    first = detect([Shown(f"{HOST}/", {}, skin.page(skin.article))])[0]
    assert first.platform == skin.family
    assert first.sure >= SURE
    assert first.evidence


def test_its_article_is_read(skin: Skin) -> None:
    portal = portals.load("lao_cai").model_copy(update={"platform": skin.family})
    read = read_page(skin.page(skin.article).encode(), url=f"{HOST}/tin-tuc/x/hoi-nghi-12.html", portal=portal)
    assert isinstance(read, Article), read
    assert read.title == TITLE
    assert read.lead == skin.lead
    assert [paragraph.text for paragraph in read.paragraphs] == BODY
    assert read.published_at is not None
    assert read.published_at.date().isoformat() == "2025-07-15"
    assert read.authors == skin.author
    assert read.provenance["title"].method == "rules"


def test_its_listing_is_read_and_turned(skin: Skin) -> None:
    url = f"{HOST}/tin-tuc"
    listing = Listing(key="tin", url=url, sureness=Sureness.SEEN, evidence="thử")
    portal = portals.load("lao_cai").model_copy(update={"platform": skin.family, "listings": (listing,)})
    shown = read_listing(skin.listing().encode(), url=url, portal=portal)
    assert [item.title for item in shown.items] == [f"Bài viết số {n} về công việc của xã" for n in range(1, 8)]
    assert all(re.match(r"0\d/07/2025", item.published_raw) for item in shown.items)
    root = parse(skin.listing(), url)
    turn = (
        spider_class(portal)
        .pager()
        .turn(Page(1, url, root, frozenset(item.url for item in shown.items), shown.next_url or ""))
    )
    assert turn.next is not None
    assert turn.next.url == f"{HOST}{skin.page_link.format(n=2)}"


@pytest.mark.parametrize("name", rules.families())
def test_every_family_names_its_material(name: str) -> None:
    family = rules.get(name)
    assert family.name == name
    assert name == "generic" or all(rule.evidence for rule in family.reading)
    assert name == "generic" or max(sign.weight for sign in family.signs) >= 0.6
