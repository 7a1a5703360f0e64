"""Listing pages in many skins, with full frames: rows, titles, dates, leads, next page, number of pages."""

from collections.abc import Callable

import pytest

from crawlers.portal import Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit
from crawlers.reading import listing
from crawlers.reading.dates import read_date
from crawlers.reading.listing import ListingPage, read_listing
from storage.records import ListingItem
from tests.unit.reading_listing.more_pages import MORE
from tests.unit.reading_listing.odd_pages import ODD
from tests.unit.reading_listing.pages import SEEN, TITLES, Page, baolongan, day, frame, liferay_home, menu, vnportal


def portal(platform: str, url: str = "https://cong.example.gov.vn/", *hosts: str) -> Portal:
    return Portal(
        name="thu",
        title="Thử",
        unit=Unit(level=Level.PROVINCE, name="Tỉnh", province="80"),
        platform=platform,
        listings=(Listing(key="a", url=url, sureness=Sureness.SEEN, evidence="test"),),
        hosts=hosts,
        lifecycle=Lifecycle.ACTIVE,
        lifecycle_note="test",
        expect=Expect(rows=1),
    )


def read(page: Page, platform: str | None) -> ListingPage:
    return read_listing(page.html.encode(), url=page.url, portal=portal(platform) if platform else None)


def printed_day(item: ListingItem) -> str:
    date = read_date(item.published_raw) if item.published_raw else None
    return date.value.date().isoformat() if date and date.value else ""


PAGES = [*SEEN, *MORE, *ODD]


@pytest.mark.parametrize("make", PAGES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("known", ["platform", "generic", "no portal"])
class TestSkins:
    """Each page is read with its platform's rules, with none, and without a portal."""

    def page(self, make: Callable[[], Page], known: str) -> tuple[Page, ListingPage]:
        page = make()
        return page, read(page, {"platform": page.platform, "generic": "generic"}.get(known))

    def test_rows_in_order(self, make: Callable[[], Page], known: str) -> None:
        page, result = self.page(make, known)
        assert [item.url for item in result.items] == [row.url for row in page.rows]

    def test_titles(self, make: Callable[[], Page], known: str) -> None:
        page, result = self.page(make, known)
        assert [item.title for item in result.items] == [row.title for row in page.rows]

    def test_dates(self, make: Callable[[], Page], known: str) -> None:
        page, result = self.page(make, known)
        assert [printed_day(item) for item in result.items] == [row.day for row in page.rows]

    def test_leads(self, make: Callable[[], Page], known: str) -> None:
        page, result = self.page(make, known)
        assert [item.lead for item in result.items] == [row.lead for row in page.rows]

    def test_pager(self, make: Callable[[], Page], known: str) -> None:
        page, result = self.page(make, known)
        assert (result.next_url, result.page_count) == (page.next_url, page.page_count)


def one_row(inner: str, url: str = "https://so.example.gov.vn/tin-tuc") -> ListingItem:
    row = f'<div class="a"><ul>{inner}</ul></div>'
    (item,) = read_listing(frame(row, menu=menu()).encode(), url=url).items
    return item


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("21/07/2022 | 10:00 AM", "21/07/2022 | 10:00 AM"),
        ("(14:33 | 12/06/2020)", "14:33 | 12/06/2020"),
        ("Thứ 4, Ngày 24/03/2021, 11:00", "Thứ 4, Ngày 24/03/2021, 11:00"),
        ("Ngày đăng: 24/03/2021 - Lượt xem: 15", "24/03/2021"),
        ("Publish date 24/03/2021 | 10:03 AM", "24/03/2021 | 10:03 AM"),
        ("Thứ sáu: 15:00 ngày 09/02/2024", "Thứ sáu: 15:00 ngày 09/02/2024"),
        ("10 tháng 7 năm 2020", "10 tháng 7 năm 2020"),
        ("2021-03-24T08:00:00+07:00", "2021-03-24T08:00:00+07:00"),
        ("3 giờ trước", "3 giờ trước"),
    ],
)
def test_date_is_kept_as_printed(line: str, expected: str) -> None:
    item = one_row(f'<li><h3><a href="/tin/mot-tin-dai-1234">{TITLES[0]}</a></h3><span>{line}</span></li>')
    assert item.published_raw == expected


def test_date_of_a_document_in_the_lead_is_no_date() -> None:
    lead = "Quyết định số 1051/QĐ-UBND ngày 04/3/2021 của Ủy ban nhân dân thành phố về kiện toàn tổ công tác."
    item = one_row(f'<li><h3><a href="/tin/mot-tin-dai-1234">{TITLES[0]}</a></h3><p>{lead}</p></li>')
    assert (item.published_raw, item.lead) == ("", lead)


@pytest.mark.parametrize(
    "lead", ["Theo Sở Nội vụ, sáng nay các xã đã bầu đủ.", "Nguồn lực đầu tư được ưu tiên cho vùng sâu."]
)
def test_lead_may_begin_like_a_credit(lead: str) -> None:
    assert one_row(f'<li><h3><a href="/t/mot-tin-1234">{TITLES[0]}</a></h3>24/3/2021<p>{lead}</p></li>').lead == lead


def test_links_are_kept_as_found() -> None:
    href = "/chi-tiet-tin?/Hoi-nghi%20A%2fb/12&x=1,2"
    item = one_row(f'<li><h3><a href="{href.replace("&", "&amp;")}#top">{TITLES[0]}</a></h3><i>{day(0)}</i></li>')
    assert item.url == f"https://so.example.gov.vn{href}"


def test_letters_outside_ascii_are_encoded_and_nothing_else() -> None:
    item = one_row(f'<li><h3><a href=" /Pages/Tin tức.aspx?ItemID=7&k=a%20b ">{TITLES[0]}</a></h3><i>{day(0)}</i></li>')
    assert item.url == "https://so.example.gov.vn/Pages/Tin%20t%E1%BB%A9c.aspx?ItemID=7&k=a%20b"


def test_base_element_counts() -> None:
    html = f'<base href="https://so.example.gov.vn/vi/"><ul><li><a href="tin-1234.html">{TITLES[0]}</a> <i>{day(0)}</i></li></ul>'
    (item,) = read_listing(html.encode(), url="https://so.example.gov.vn/x").items
    assert item.url == "https://so.example.gov.vn/vi/tin-1234.html"


def test_other_hosts_count_only_if_the_portal_names_them() -> None:
    rows = "".join(
        f'<li><a href="https://bao.example.vn/tin-{i}00.html">{title}</a><i>{day(i)}</i></li>'
        for i, title in enumerate(TITLES)
    )
    body = frame(f"<ul>{rows}</ul>", menu=menu()).encode()
    url = "https://so.example.gov.vn/tin"
    assert read_listing(body, url=url).items == ()
    named = portal("generic", "https://so.example.gov.vn/tin", "https://bao.example.vn")
    assert len(read_listing(body, url=url, portal=named).items) == len(TITLES)


def test_two_spellings_are_one_item_with_the_fields_of_both() -> None:
    html = (
        f'<div><h2><a href="/tin/dau-tien-1234?utm_source=x">{TITLES[0]}</a></h2><p>Đoạn tóm tắt của tin đứng đầu trang.</p></div>'
        f'<ul><li><a href="/tin/dau-tien-1234">{TITLES[0]}</a> <i>{day(0)}</i></li>'
        f'<li><a href="/tin/thu-hai-1235">{TITLES[1]}</a> <i>{day(1)}</i></li></ul>'
    )
    first, second = read_listing(html.encode(), url="https://so.example.gov.vn/").items
    assert (first.url, bool(first.lead), bool(first.published_raw)) == (
        "https://so.example.gov.vn/tin/dau-tien-1234?utm_source=x",
        True,
        True,
    )
    assert second.title == TITLES[1]


def test_frame_alone_has_no_rows() -> None:
    result = read_listing(
        frame("<p>Danh mục tạm thời không có.</p>", menu=menu()).encode(), url="https://so.example.gov.vn/"
    )
    assert result == ListingPage()


@pytest.mark.parametrize(
    "extra",
    [
        '<div class="calendar"><a href="?month=4&amp;year=2023">&gt;</a></div>',
        '<div class="slick-slider"><a href="/tin/slide-1.html?page=2">&gt;</a></div>',
        '<a href="/tin/bai-ke-tiep-777.html">Bài kế tiếp của chuyên mục này</a>',
        "<a href=\"javascript:__doPostBack('p','2')\">Trang sau</a>",
        '<a href="https://khac.example.com/tin?page=2">Trang sau</a>',
    ],
)
def test_what_is_no_next_page(extra: str) -> None:
    rows = "".join(
        f'<li><a href="/tin/so-{i}00.html">{title}</a><i>{day(i)}</i></li>' for i, title in enumerate(TITLES)
    )
    body = frame(f"<ul>{rows}</ul>{extra}", menu=menu()).encode()
    assert read_listing(body, url="https://so.example.gov.vn/tin").next_url is None


def test_words_of_a_title_are_no_number_of_pages() -> None:
    rows = "".join(
        f'<li><a href="/tin/so-{i}00.html">Tu sửa nghĩa trang</a> 08/06/2025<p>Trang 3/4 của báo hôm qua đưa tin như vậy.</p></li>'
        for i in range(3)
    )
    body = frame(f'<ul>{rows}</ul><div><a href="/tin?page=2">Trang sau</a></div>', menu=menu()).encode()
    assert read_listing(body, url="https://so.example.gov.vn/tin").page_count is None


def test_last_page_of_a_pager_without_a_next_link() -> None:
    page = liferay_home()
    numbers = "".join(f'<a href="/trang-chu?_x_cur={n}">{n}</a> ' for n in (1, 2, 3, 4))
    html = page.html.replace("</section></div>", f"</section><div>{numbers}</div></div>")
    last = read_listing(html.encode(), url="https://tiengiang.gov.vn/trang-chu?_x_cur=4")
    assert (last.next_url, last.page_count) == (None, 4)


def test_bytes_that_are_no_page() -> None:
    for body in (
        b"",
        b"\x00\xff" * 99,
        b"<p>" + bytes(range(256)) * 99,
        b"%PDF-1.7 \xe2\xe3",
        b"<" * 5000,
        ("<div>" * 3000).encode(),
    ):
        assert read_listing(body, url="https://so.example.gov.vn/") == ListingPage()


def test_skins_hold_what_they_test() -> None:
    assert "maxPage" in vnportal().html
    assert "boxtinmoi" in baolongan().html
    assert all(len(make().html) > 3000 for make in PAGES if "fragment" not in make.__name__)


@pytest.mark.parametrize(
    ("form", "title"),
    [
        ("/tin/sach-{}-trang-14.html", "Tập sách {} dày một trang 14"),
        ("/tin-tuc/xay-dung-{}-trang-2", "Xây dựng nông thôn mới {} và những kết quả"),
        ("/tin/trang-14-{}-nam.html", "Trang 14 của {} năm xây dựng quê hương"),
        ("/chi-tiet.aspx?ItemID={}0&page=2", "Hội nghị triển khai nhiệm vụ {} của toàn ngành"),
    ],
)
@pytest.mark.parametrize("pager", ["/tin-tuc-trang-{}.html", "/tin-tuc.html?page={}", "/tin-tuc/trang-{}"])
def test_a_page_number_in_an_articles_address(form: str, title: str, pager: str) -> None:
    names = ("hai", "ba", "bốn", "năm", "sáu")
    urls = ["https://a.gov.vn" + form.format(number) for number in range(31, 36)]
    rows = "".join(
        f'<div><h3><a href="{url}">{title.format(name)}</a></h3><span>{12 + at}/03/2021</span></div>'
        for at, (url, name) in enumerate(zip(urls, names, strict=True))
    )
    pages = "".join(f'<a href="{pager.format(number)}">{number}</a> ' for number in (1, 2, 3))
    last = f'<a href="{pager.format(2)}">Trang sau của mục tin tức</a>'
    found = read_listing(frame(rows + pages + last, menu=menu()).encode(), url="https://a.gov.vn/tin-tuc.html")
    assert [item.url for item in found.items] == urls
    assert found.next_url == "https://a.gov.vn" + pager.format(2)


@pytest.mark.parametrize(
    "form",
    [
        '<a href="/tin/bai-{}.html">{}</a><br>',
        '<li><a href="/tin/bai-{}.html">{}</a></li>',
        '<tr><td>1</td><td><a href="/chi-tiet?id={}">{}</a></td></tr>',
    ],
)
def test_a_list_of_titles_alone_has_rows(form: str) -> None:
    titles = [f"Thông báo lịch tiếp công dân {name}" for name in ("thứ nhất", "thứ hai", "thứ ba", "thứ tư")]
    rows = "".join(form.format(number, title) for number, title in enumerate(titles, 100))
    wrapped = f"<table>{rows}</table>" if form.startswith("<tr") else f"<div>{rows}</div>"
    found = read_listing(frame(wrapped, menu=menu()).encode(), url="https://a.gov.vn/thong-bao")
    assert [item.title for item in found.items] == titles


def test_a_flood_of_links_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_LINKS", 30)
    rows = "".join(f"<li><a href='/tin/bai-viet-{n}.html'>Hội nghị bàn về công tác số {n}</a></li>" for n in range(60))
    assert len(read_listing(f"<ul>{rows}</ul>".encode(), url="https://a.gov.vn/tin-tuc").items) == 30
