"""Listing pages in several skins, with the frame of a real portal around them, and what they list.

Class names are of each page's own making, so that no reader can be built on them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

TITLES = (
    "Khai mạc kỳ họp thứ mười Hội đồng nhân dân tỉnh khóa IX",
    "Hơn 2.000 hộ dân vùng lũ được hỗ trợ giống lúa vụ Đông Xuân",
    "Thông báo lịch tiếp công dân định kỳ tháng 4",
    "Tập huấn kỹ năng số cho cán bộ Đoàn cơ sở (đợt 2)",
    "Kiểm tra công tác phòng cháy, chữa cháy rừng tại xã Vĩnh Điều",
    "Giá heo hơi ngày 20/3 tăng nhẹ ở các tỉnh phía Nam",
    "Trao 150 suất học bổng cho học sinh nghèo hiếu học",
    "Công bố quyết định bổ nhiệm Phó Giám đốc Sở Nội vụ",
)
LEADS = (
    "Sáng 24/3, tại Hội trường Tỉnh ủy, kỳ họp đã khai mạc trọng thể với sự tham dự của các đại biểu.",
    "Từ nguồn ngân sách dự phòng, tỉnh hỗ trợ giống lúa xác nhận cho các hộ bị thiệt hại do lũ sớm.",
    "Ủy ban nhân dân huyện thông báo lịch tiếp công dân của Chủ tịch và các Phó Chủ tịch.",
    "Hơn 120 cán bộ Đoàn tham gia lớp tập huấn về chuyển đổi số do Tỉnh đoàn tổ chức.",
    "Đoàn kiểm tra ghi nhận các xã đã chủ động phương án bốn tại chỗ trong mùa khô.",
    "Thị trường heo hơi sáng nay ghi nhận mức tăng từ 500 đến 1.000 đồng mỗi ký.",
    "Chương trình do Hội Khuyến học phối hợp các mạnh thường quân tổ chức hằng năm.",
    "Lễ công bố diễn ra chiều qua tại trụ sở Sở Nội vụ với sự có mặt của lãnh đạo tỉnh.",
)
DATES = ("2021-03-24", "2021-03-23", "2021-03-22", "2021-03-19", "2021-03-18", "2021-03-17", "2021-03-16", "2021-03-15")
SLUGS = (
    "khai-mac-ky-hop-thu-muoi",
    "hon-2-000-ho-dan-vung-lu",
    "thong-bao-lich-tiep-cong-dan",
    "tap-huan-ky-nang-so",
    "kiem-tra-cong-tac-phong-chay",
    "gia-heo-hoi-ngay-20-3-tang-nhe",
    "trao-150-suat-hoc-bong",
    "cong-bo-quyet-dinh-bo-nhiem",
)


@dataclass(frozen=True)
class Truth:
    """A row as it must be read; `day` is the printed date as ISO day, "" where none is printed."""

    url: str
    title: str
    day: str = ""
    lead: str = ""


@dataclass(frozen=True)
class Page:
    """A page, its address, and what it lists."""

    url: str
    html: str
    rows: tuple[Truth, ...]
    next_url: str | None = None
    page_count: int | None = None
    platform: str = "generic"
    extra: tuple[str, ...] = field(default=())
    """Words that a page must hold for the test to mean something."""


def day(index: int) -> str:
    """Return the date of a row as dd/mm/yyyy."""
    year, month, number = DATES[index].split("-")
    return f"{number}/{month}/{year}"


def truths(address: Callable[[int], str], count: int, *, dated: bool = True, led: bool = True) -> tuple[Truth, ...]:
    """Return the rows of a page whose articles' addresses `address` gives."""
    return tuple(Truth(address(i), TITLES[i], DATES[i] if dated else "", LEADS[i] if led else "") for i in range(count))


def frame(content: str, *, menu: str, side: str = "", head: str = "", foot: str = "") -> str:
    """Put content into a portal's frame: clock, banner, menus, side boxes, partners, counters, footer."""
    partners = "".join(
        f'<li><a href="https://{host}" target="_blank">{name}</a></li>'
        for host, name in (
            ("chinhphu.vn", "Cổng thông tin điện tử Chính phủ nước Cộng hòa xã hội chủ nghĩa Việt Nam"),
            ("dichvucong.gov.vn", "Cổng Dịch vụ công Quốc gia phục vụ người dân và doanh nghiệp"),
            ("vbpl.vn", "Cơ sở dữ liệu quốc gia về văn bản pháp luật do Bộ Tư pháp quản lý"),
        )
    )
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Cổng thông tin</title>{head}
<script>var now = new Date(); var links = "<a href='/x-1'>Đây không phải là một liên kết</a>";</script></head><body>
<form id="aspnetForm" action="./"><input type="hidden" name="__VIEWSTATE" value="{"A1b2" * 400}">
<a href="#noi-dung">Truy cập nội dung luôn</a><div class="clock">Thứ 4, Ngày 1/3/2023 10:21:14 AM</div>
<header><a href="/"><img src="/b.jpg" alt="image banner"></a><a href="/en">English</a><a href="/dang-nhap">Đăng nhập</a></header>
{menu}{content}{side}
<div class="z9"><h4>Liên kết website</h4><ul>{partners}</ul></div>
<div class="q1"><b>Thống kê truy cập</b><ul><li>Đang online: 27</li><li>Hôm nay: 1,204</li></ul></div>
<footer><p>Cơ quan chủ quản: Ủy ban nhân dân. Điện thoại: 0296 3854 321</p>
<a href="/lien-he">Liên hệ với Ban biên tập cổng thông tin</a><a href="/so-do-cong">Sơ đồ cổng thông tin điện tử</a></footer>
</form>{foot}</body></html>"""


def menu(wrapper: str = "ul", address: Callable[[str], str] = "/{}".format) -> str:
    """Return a mega-menu: sections, standing pages with long names, and a story in its drop-down."""
    entries = (
        ("gioi-thieu", "Giới thiệu"),
        ("chuc-nang-nhiem-vu", "Chức năng, nhiệm vụ, quyền hạn của Ủy ban nhân dân huyện"),
        ("co-cau-to-chuc", "Cơ cấu tổ chức bộ máy các phòng ban chuyên môn"),
        ("tin-tuc-su-kien", "Tin tức - Sự kiện"),
        ("van-ban", "Văn bản chỉ đạo điều hành"),
        ("cai-cach-hanh-chinh", "Cải cách hành chính"),
        ("thu-tuc", "Thủ tục hành chính cấp huyện và cấp xã"),
    )
    items = "".join(f'<li><a href="{address(slug)}">{name}</a></li>' for slug, name in entries)
    return f'<nav><{wrapper} class="m-top">{items}</{wrapper}></nav>'


def _img(index: int) -> str:
    return f'<img src="/uploads/{index}.jpg" alt="anh tin bai">'


def vnportal() -> Page:
    """VNPT vnPortal: rows by class names that were seen, pager by script."""

    def address(i: int) -> str:
        return f"https://laocai.gov.vn/tin-thoi-su/{SLUGS[i]}-{900 + i}"

    rows = "".join(
        f'<li class="row"><div class="col-3"><a href="/tin-thoi-su/{SLUGS[i]}-{900 + i}"><img class="image" alt="anh tin bai" '
        f'src="https://storage-vnportal.vnpt.vn/lci/{i}.jpg"></a></div><div class="col-9"><h2 class="Title"><a '
        f'href="/tin-thoi-su/{SLUGS[i]}-{900 + i}">{TITLES[i]}</a></h2><div class="Ngaydang">{day(i)} 07:3{i}</div><p>{LEADS[i]}</p>'
        f"</div></li>"
        for i in range(8)
    )
    numbers = "".join(
        f'<li class="page-item page-number" data-page="{n}"><a class="page-link">{n}</a></li>' for n in range(1, 6)
    )
    hot = "".join(f'<li><a href="/tin-thoi-su/{SLUGS[i]}-{800 + i}">{TITLES[i]} năm trước</a></li>' for i in range(5))
    content = (
        f'<div class="UIArticleInMenu_Default"><ul class="ArticleList">{rows}</ul><ul class="pagination">{numbers}</ul></div>'
        f'<div class="UIHotNews_Box"><div class="tt">Tin nổi bật</div><ul>{hot}</ul></div>'
        "<script>var data = {article_category_id: 1234, page_size: 8}; maxPage = parseInt(37);</script>"
    )
    return Page(
        "https://laocai.gov.vn/tin-thoi-su", frame(content, menu=menu()), truths(address, 8), None, 37, "vnportal"
    )


def vnportal_fragment() -> Page:
    """The fragment that vnPortal's script fetches for a further page."""
    rows = "".join(
        f'<li class="row"><h2 class="Title"><a href="/tin-thoi-su/{SLUGS[i]}-{700 + i}">{TITLES[i]}</a></h2>'
        f'<div class="Ngaydang">{day(i)}</div><p>{LEADS[i]}</p></li>'
        for i in range(4)
    )
    return Page(
        "https://laocai.gov.vn/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle",
        rows,
        truths(lambda i: f"https://laocai.gov.vn/tin-thoi-su/{SLUGS[i]}-{700 + i}", 4),
        platform="vnportal",
    )


def baolongan() -> Page:
    """A paper's category: a top story, stories with leads, then titles only; the next link is an arrow."""

    def link(i: int) -> str:
        return f"https://baolongan.vn/{SLUGS[i]}-a{11000 + i}.html"

    top = f'<div class="tinnb"><a href="{link(0)}">{_img(0)}</a><h2 class="h2cate"><a href="{link(0)}">{TITLES[0]}</a></h2><p>{LEADS[0]}</p></div>'
    more = "".join(
        f'<div class="it"><h2 class="h2cate"><a href="{link(i)}">{TITLES[i]}</a></h2><p>{LEADS[i]}</p></div>'
        for i in range(1, 5)
    )
    rest = "".join(f'<li><a href="{link(i)}" title="{escape(TITLES[i])}">{TITLES[i]}</a></li>' for i in range(5, 8))
    content = (
        f'<div class="cc">{top}{more}<div class="boxtinmoi"><ul>{rest}</ul></div>'
        '<div class="fright"><a href="/thoi-su-chinh-tri/long-an/?p=2">Trang kế &gt;</a></div></div>'
    )
    rows = tuple(Truth(link(i), TITLES[i], "", LEADS[i] if i < 5 else "") for i in range(8))
    return Page(
        "https://baolongan.vn/thoi-su-chinh-tri/long-an/",
        frame(content, menu=menu(address="https://baolongan.vn/{}/".format)),
        rows,
        "https://baolongan.vn/thoi-su-chinh-tri/long-an/?p=2",
        None,
        "baolongan",
    )


def sharepoint_home() -> Page:
    """A SharePoint home page: list web parts, title twice with an icon between, the whole body in the row."""

    def address(i: int) -> str:
        return f"https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ID={40 + i}"

    rows = "".join(
        f'<tr class="r{i % 2}"><td valign="top"><a onclick="GoToLink(this);return false;" href="/Lists/TinTuc/DispForm.aspx?ID={40 + i}">'
        f'{TITLES[i]}</a> <img src="/_layouts/1033/images/new.gif" alt="New"><div>{TITLES[i]}</div><div>{day(i)}</div>'
        f"<div>{LEADS[i]}</div><div class='ExternalClassA1'><p>{LEADS[i + 1]} Theo đó, các đơn vị triển khai ngay.</p>"
        f"<p>Nội dung chi tiết được niêm yết công khai tại trụ sở Trung tâm và trên trang thông tin điện tử.</p></div></td></tr>"
        for i in range(3)
    )
    scripted = "".join(
        f"<div class='w'><a href=\"javascript:void(0)\" onclick=\"OpenPopUpPage('/Lists/TinTuc/DispForm.aspx?ID={40 + i}')\">{TITLES[i]}</a>"
        f"<span> ({day(i)})</span></div>"
        for i in range(3, 7)
    )
    content = (
        '<div id="s4-workspace"><div class="ms-webpart-zone"><h3 class="ms-webpart-titleText"><span>TIN TỨC</span></h3>'
        f'<table class="ms-listviewtable"><tbody>{rows}</tbody></table></div>'
        f'<div class="ms-webpart-zone"><h3 class="ms-webpart-titleText"><span>THÔNG BÁO</span></h3><div>{scripted}</div></div></div>'
    )
    listed = tuple(Truth(address(i), TITLES[i], DATES[i], LEADS[i] if i < 3 else "") for i in range(7))
    return Page("https://hcc.longan.gov.vn/", frame(content, menu=menu()), listed, platform="sharepoint")


def liferay_home() -> Page:
    """A Liferay home page with bare-query addresses, in two portlets."""

    def row(i: int) -> str:
        return (
            f'<div class="vl"><a href="/chi-tiet-tin?/{SLUGS[i]}/{8800 + i}">{TITLES[i]}</a>&nbsp; &nbsp;{day(i)}</div>'
            if i > 2
            else f'<div class="bx"><a href="chi-tiet-tin?/{SLUGS[i]}/{8800 + i}">{_img(i)}</a><div class="x2"><a '
            f'href="chi-tiet-tin?/{SLUGS[i]}/{8800 + i}"><b>{TITLES[i]}</b></a></div><div class="x3">{LEADS[i]}</div></div>'
        )

    content = (
        '<div id="main-content"><section class="portlet"><h1 class="portlet-title">Tin trong tỉnh</h1><div class="portlet-body">'
        f"{''.join(map(row, range(3)))}</div></section><section class='portlet'><h1 class='portlet-title'>Thông tin chỉ đạo</h1>"
        f"<div class='portlet-body'>{''.join(map(row, range(3, 8)))}</div></section></div>"
    )
    rows = tuple(
        Truth(
            f"https://tiengiang.gov.vn/chi-tiet-tin?/{SLUGS[i]}/{8800 + i}",
            TITLES[i],
            DATES[i] if i > 2 else "",
            LEADS[i] if i < 3 else "",
        )
        for i in range(8)
    )
    return Page("https://tiengiang.gov.vn/", frame(content, menu=menu()), rows, platform="liferay")


def rewritten_home() -> Page:
    """SharePoint under rewritten addresses: sections of a district's home page, titles and dates only."""

    def row(i: int, section: int) -> str:
        return (
            f'<p class="k{section}">(14:3{i} | {day(i)}) <a href="/trang/TinTuc/{section}/{300 + i}/{SLUGS[i].title()}.html">'
            f"{TITLES[i]}</a></p>"
        )

    content = (
        '<div class="hot"><span>TIN NỔI BẬT:</span><marquee></marquee></div><table><tr><td class="cot1"><div><h2>Tin hoạt động</h2>'
        f"{''.join(row(i, 23) for i in range(4))}</div><div><h2>Tin kinh tế</h2>{''.join(row(i, 24) for i in range(4, 8))}</div></td></tr></table>"
    )
    rows = tuple(
        Truth(
            f"https://kienluong.kiengiang.gov.vn/trang/TinTuc/{23 if i < 4 else 24}/{300 + i}/{SLUGS[i].title()}.html",
            TITLES[i],
            DATES[i],
        )
        for i in range(8)
    )
    return Page("https://kienluong.kiengiang.gov.vn/", frame(content, menu=menu()), rows, platform="sharepoint")


SEEN = (vnportal, vnportal_fragment, baolongan, sharepoint_home, liferay_home, rewritten_home)
