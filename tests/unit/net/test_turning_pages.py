"""Where a listing page leads, by each family's pager."""

import pytest

from crawlers.platforms.baolongan import Platform as BaoLongAn
from crawlers.platforms.base import PortalSpider
from crawlers.platforms.generic import Platform as Generic
from crawlers.platforms.liferay import Platform as Liferay
from crawlers.platforms.links import LinkPager
from crawlers.platforms.pager import Page, Pager, Turn
from crawlers.platforms.sharepoint import Platform as SharePoint
from crawlers.platforms.vnportal import PATH
from crawlers.platforms.vnportal import Platform as VnPortal
from crawlers.reading.tree import parse

BASE = "https://cong.gov.vn/tin-tuc"


def turn(pager: Pager, html: str, number: int = 1, url: str = BASE, rows: frozenset[str] = frozenset()) -> Turn:
    return pager.turn(Page(number, url, parse(html, url), rows))


def next_url(html: str, number: int = 1, url: str = BASE, platform: type[PortalSpider] = Generic) -> str | None:
    ask = turn(platform.pager(), html, number, url).next
    return ask.url if ask else None


@pytest.mark.parametrize(
    ("html", "number", "expected"),
    [
        ('<a rel="next" href="?p=2">2</a>', 1, f"{BASE}?p=2"),
        ('<link rel="next" href="/tin-tuc/trang-2">', 1, f"{BASE}/trang-2"),
        ('<div class="pager"><a href="?page=2">Trang sau</a></div>', 1, f"{BASE}?page=2"),
        (
            '<div class="phan-trang"><a href="/tin-tuc-p2.html">Tiếp ›</a></div>',
            1,
            "https://cong.gov.vn/tin-tuc-p2.html",
        ),
        (
            '<ul class="pagination"><li><a href="?page=1">‹</a></li><li><a href="?page=3">›</a></li></ul>',
            2,
            f"{BASE}?page=3",
        ),
        ('<ul class="pagination"><li><a href="?page=2">»</a></li></ul>', 1, f"{BASE}?page=2"),
        ('<div class="paging"><a href="?x=2">&gt;</a><a href="?x=9">&gt;&gt;|</a></div>', 1, f"{BASE}?x=2"),
        ('<a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=3">3</a>', 2, f"{BASE}?page=3"),
        ('<a href="/tin-tuc/page/2">2</a><a href="/tin-tuc/page/3">3</a>', 1, f"{BASE}/page/2"),
        ('<a onclick="location.href=\'?p=2\'" href="#">Sau</a>', 1, f"{BASE}?p=2"),
        ('<a href="javascript:window.location=&quot;?p\\u003d2&quot;">Trang tiếp</a>', 1, f"{BASE}?p=2"),
        (
            '<base href="https://cong.gov.vn/vi/"><div class="pager"><a href="tin?p=2">Next</a></div>',
            1,
            "https://cong.gov.vn/vi/tin?p=2",
        ),
        ('<div class="pager"><a href="?page=1">1</a><a href="?page=2">2</a></div>', 2, None),
        ('<div class="pager"><a href="?page=1">Trang trước</a></div>', 2, None),
        ('<a href="/bai-2">Bài viết tiếp theo của loạt bài này</a>', 1, None),
        (
            '<div class="pager"><a href="https://khac.vn/?page=2">2</a><a href="https://khac.vn/?page=3">Trang sau</a></div>',
            1,
            None,
        ),
        ('<a href="/van-ban/2024">2024</a><a href="/van-ban/2023">2023</a>', 1, None),
        ("".join(f'<a href="/lich/2024/3/{day}">{day}</a>' for day in range(1, 32)), 1, None),
        (
            "".join(f'<td><a href="?ngay={day}">{day}</a></td>' for day in range(1, 32))
            + '<ul class="pagination"><li><a href="?trang=2">2</a></li></ul>',
            1,
            f"{BASE}?trang=2",
        ),
        ('<div id="trangchu"><a href="/a-1">Xem tiếp</a><a href="/a-2">Xem tiếp</a></div>', 1, None),
        ('<div class="pager"><a href="/tin-tuc/1">Xem tiếp</a><a href="/tin-tuc/2">Xem tiếp</a></div>', 1, None),
        ("<p>không có gì</p>", 1, None),
        ("", 1, None),
    ],
)
def test_links(html: str, number: int, expected: str | None) -> None:
    assert next_url(html, number) == expected


def test_numbers_allow_jumps() -> None:
    jump = turn(LinkPager(), '<a href="?page=2&amp;x=1">2</a><a href="?page=9&amp;x=1">9</a>').jump
    assert jump is not None
    assert jump(7).url == f"{BASE}?page=7&x=1"


def test_a_next_link_to_where_we_were_is_none() -> None:
    pager = LinkPager()
    html = '<div class="pager"><a href="?p=2">Trang sau</a></div>'
    assert turn(pager, html).next is not None
    assert turn(pager, html, 2, f"{BASE}?p=2").next is None


def liferay(number: int, last: int, portlet: str = "101_INSTANCE_x") -> str:
    return (
        f'<ul class="pager"><li><a href="{BASE}?p_p_id={portlet}&amp;_{portlet}_delta=5&amp;_{portlet}_cur={number + 1}">Tiếp theo</a></li>'
        f'<li><a href="{BASE}?p_p_id={portlet}&amp;_{portlet}_delta=5&amp;_{portlet}_cur={last}">Cuối cùng →</a></li></ul>'
    )


def test_liferay_counts_in_cur() -> None:
    found = turn(Liferay.pager(), liferay(1, 40) + liferay(1, 7, "other_INSTANCE_y"))
    assert found.next is not None
    assert found.next.url == f"{BASE}?p_p_id=101_INSTANCE_x&_101_INSTANCE_x_delta=5&_101_INSTANCE_x_cur=2"
    assert found.jump is not None
    assert found.jump(33).url.endswith("_delta=5&_101_INSTANCE_x_cur=33")


def test_liferay_takes_the_pager_of_the_portlet_with_the_rows() -> None:
    other = f'<div id="p_p_id_other_">{liferay(1, 7, "other_INSTANCE_y")}</div>'
    rows = '<a href="/chi-tiet-tin?/bai/1">Bài một</a><a href="/chi-tiet-tin?/bai/2">Bài hai</a>'
    listing = f'<div class="portlet-boundary" id="p_p_id_101_"><div>{rows}</div>{liferay(1, 40)}</div>'
    known = frozenset({"https://cong.gov.vn/chi-tiet-tin?/bai/1", "https://cong.gov.vn/chi-tiet-tin?/bai/2"})
    found = turn(Liferay.pager(), other + listing, rows=known)
    assert found.next is not None
    assert found.next.url.endswith("_101_INSTANCE_x_cur=2")


def test_liferay_ends_where_nothing_leads_on() -> None:
    pager = Liferay.pager()
    assert turn(pager, liferay(1, 2)).next is not None
    assert turn(pager, '<ul class="pager"><li><a href="?_101_INSTANCE_x_cur=1">Trước</a></li></ul>', 2).next is None


def test_sharepoint_goes_by_the_first_row() -> None:
    url = "https://cong.gov.vn/Lists/Tin/AllItems.aspx"
    script = '<a href="javascript:" onclick="javascript:RefreshPageTo(event, &quot;{}&quot;);return false;"><img src="/_layouts/x.gif"></a>'
    back = script.format("/Lists/Tin/AllItems.aspx?Paged=TRUE\\u0026PagedPrev=TRUE\\u0026p_ID=30\\u0026PageFirstRow=1")
    onward = script.format(
        "/Lists/Tin/AllItems.aspx?Paged=TRUE\\u0026p_Ngay=20240301%2003%3a00\\u0026p_ID=11\\u0026PageFirstRow=61"
    )
    found = turn(SharePoint.pager(), back + onward, 2, f"{url}?Paged=TRUE&p_ID=30&PageFirstRow=31")
    assert found.next is not None
    assert found.next.url == f"{url}?Paged=TRUE&p_Ngay=20240301%2003%3a00&p_ID=11&PageFirstRow=61"
    assert found.jump is None
    assert turn(SharePoint.pager(), back, 3, f"{url}?PageFirstRow=61").next is None


@pytest.mark.parametrize(
    "html",
    [
        '<div id="p"><a href="?CategoryId=Tin&amp;Page=2">2</a><a href="?CategoryId=Tin&amp;Page=3">3</a></div>',
        '<div id="p"><a href="?CategoryId=Tin&amp;Page=2">Xem tiếp</a></div>',
    ],
)
def test_sharepoint_sites_of_their_own_making(html: str) -> None:
    found = turn(SharePoint.pager(), html, 1, f"{BASE}?CategoryId=Tin")
    assert found.next is not None
    assert found.next.url == f"{BASE}?CategoryId=Tin&Page=2"


def test_baolongan_takes_the_right_hand_link() -> None:
    html = '<div class="fright"><a href="/a/?p=1&amp;d=">&lt; Trang trước</a><a href="/a/?p=3&amp;d=">Trang sau &gt;</a></div>'
    assert next_url(html, 2, "https://bao.vn/a/?p=2&d=", BaoLongAn) == "https://bao.vn/a/?p=3&d="
    assert (
        next_url('<div class="fright"><a href="/a/?p=1">&lt;</a></div>', 2, "https://bao.vn/a/?p=2", BaoLongAn) is None
    )


def vnportal(script: str) -> Turn:
    return turn(VnPortal.pager(), f"<ul class='ArticleList'></ul><script>{script}</script>")


FULL = f"""
var maxPage = parseInt(12); if (maxPage > 1) {{ }}
$.ajax({{ type: "POST", url: '{PATH}', dataType: 'html',
  data: {{ article_category_id: 5021, categoryIds: "5021,5022", site_id: 203, page: currentPage, page_size: 10, keyword: $('#k').val(),
           show_no: 'False', num_of_text: 200, new: "False", number_of_day: 3, articlelang: "vi-VN", is_authenticated: "False", skin: "Default" }} }});
"""


def test_vnportal_reads_its_form_from_the_script() -> None:
    found = vnportal(FULL)
    assert found.next is not None
    assert found.next.url == f"https://cong.gov.vn{PATH}"
    assert found.next.headers["Referer"] == BASE
    form = found.next.form
    assert {
        name: form[name] for name in ("article_category_id", "categoryIds", "site_id", "page_size", "page", "no")
    } == {
        "article_category_id": "5021",
        "categoryIds": "5021,5022",
        "site_id": "203",
        "page_size": "10",
        "page": "2",
        "no": "-10",
    }
    assert (form["num_of_text"], form["skin"], form["keyword"], form["is_authenticated"]) == (
        "200",
        "Default",
        "",
        "False",
    )
    assert found.jump is not None
    assert found.jump(9).form["page"] == "9"


def test_vnportal_ends_at_its_last_page() -> None:
    pager = VnPortal.pager()
    turn(pager, f"<script>{FULL}</script>")
    fragment = '<li class="row"><a href="/a-1">x</a></li>'
    assert turn(pager, fragment, 11).next is not None
    assert turn(pager, fragment, 12).next is None


def test_vnportal_takes_the_last_page_from_its_buttons() -> None:
    script = FULL.replace("var maxPage = parseInt(12);", "")
    html = f'<script>{script}</script><li class="page-item page-number" data-page="2">2</li><li data-page="4">4</li>'
    pager = VnPortal.pager()
    assert turn(pager, html).next is not None
    assert turn(pager, "", 4).next is None


@pytest.mark.parametrize(
    "script", ["", "var maxPage = parseInt(3);", FULL.replace("site_id: 203,", ""), FULL.replace("5021,", ",", 1)]
)
def test_vnportal_without_its_script_goes_by_links(script: str) -> None:
    assert vnportal(script) == Turn()


@pytest.mark.parametrize(
    ("html", "number", "more"),
    [
        ('<div class="pager"><a href="?page=2">Trang sau</a></div>', 1, False),
        ('<div class="pager"><b>1</b><a href="?page=2">2</a><a href="?page=2">›</a></div>', 1, True),
        ('<div class="pager"><a href="?page=1">1</a><a href="?page=3">›</a></div>', 2, False),
        ('<div class="pager">Trang 1/12 <a href="?page=2">›</a></div>', 1, True),
        ('<div class="pager">Trang 1 trên tổng số 1 <a href="?page=2">›</a></div>', 1, False),
        ('<p>Có 2/3 đại biểu dự họp</p><div class="pager"><a href="?page=2">›</a></div>', 1, False),
    ],
)
def test_what_names_a_further_page(html: str, number: int, more: bool) -> None:
    assert turn(Generic.pager(), html, number).more is more
