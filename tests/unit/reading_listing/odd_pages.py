"""Listing pages whose makes are hard: a full home page, a last page with few rows, pages counted from nought."""

from tests.unit.reading_listing.pages import DATES, LEADS, SLUGS, TITLES, Page, Truth, day, frame, menu, truths


def sectioned_home() -> Page:
    """A home page: slider, two columns of sections (one story with lead, then titles), documents, videos, tags."""

    def address(i: int) -> str:
        return f"https://quan.example.gov.vn/{'kinh-te' if i % 2 else 'van-hoa'}/{SLUGS[i]}-{4400 + i}"

    def section(first: int, name: str) -> str:
        rest = "".join(f'<li><a href="{address(i)}">{TITLES[i]}</a></li>' for i in (first + 1, first + 2, first + 3))
        return (
            f'<div class="hbox"><div class="hbox-t"><a href="/{name}">Tin {name}</a></div><div class="f1"><a href="{address(first)}"><img src="/a.jpg" alt=""></a>'
            f'<a class="n1" href="{address(first)}">{TITLES[first]}</a><span class="d1">{day(first)}</span><p>{LEADS[first]}</p></div><ul>{rest}</ul>'
            f'<a href="/{name}">Xem tất cả</a></div>'
        )

    documents = "".join(
        f'<li><a href="/van-ban/{n}">{n}/QĐ-UBND</a><span>{day(n % 8)}</span><p>Quyết định về việc công bố danh mục thủ tục</p></li>'
        for n in range(1201, 1206)
    )
    tags = "".join(f'<a href="/tag/{slug}">{slug.replace("-", " ")}</a> ' for slug in SLUGS)
    content = (
        f'<div class="g">{section(0, "van-hoa")}{section(4, "kinh-te")}</div><div class="docs"><h3>Văn bản mới</h3><ul>{documents}</ul></div>'
        f'<div class="tg">{tags}</div>'
    )
    rows = tuple(
        Truth(address(i), TITLES[i], DATES[i] if i % 4 == 0 else "", LEADS[i] if i % 4 == 0 else "") for i in range(8)
    )
    return Page("https://quan.example.gov.vn/", frame(content, menu=menu()), rows)


def short_last_page() -> Page:
    """A last page of two rows beside a longer column of other stories of the same form, without a heading."""

    def address(i: int) -> str:
        return f"https://socn.example.gov.vn/chi-tiet/-/tin/{SLUGS[i]}-{i + 55}"

    rows = "".join(
        f'<div class="tin-x"><p class="ten"><a href="{address(i)}">{TITLES[i]}</a></p><p class="ng">{day(i)} | 02:1{i} PM</p><p>{LEADS[i]}</p></div>'
        for i in range(2)
    )
    side = "".join(f'<p><a href="{address(i)}">{TITLES[i]}</a></p>' for i in range(2, 8))
    content = (
        f'<div class="row"><div class="col-md-9">{rows}<div class="so"><a href="?p=1">1</a><a href="?p=2">2</a><span>3</span></div></div>'
        f'<div class="col-md-3">{side}</div></div>'
    )
    return Page(
        "https://socn.example.gov.vn/tin-hoat-dong?p=3", frame(content, menu=menu()), truths(address, 2), None, 3
    )


def counted_from_nought() -> Page:
    """A Drupal-like view: written-out dates, author beside, pages counted from 0, "last »"."""

    def address(i: int) -> str:
        return f"https://trungtam.example.vn/node/{i + 3001}"

    rows = "".join(
        f'<div class="views-row"><span class="vf-title"><span><a href="/node/{i + 3001}">{TITLES[i]}</a></span></span><div class="vf-created">'
        f"Ngày {int(day(i)[:2])} tháng {int(day(i)[3:5])} năm 2021</div><div>Tác giả: Phòng Biên tập tin bài tổng hợp</div><div class='vf-body'><p>{LEADS[i]}</p></div></div>"
        for i in range(6)
    )
    content = (
        f'<div class="view"><div class="vc">{rows}</div><ul class="pg"><li>1</li><li><a href="/tin?page=1">2</a></li><li><a href="/tin?page=2">3</a></li>'
        '<li><a href="/tin?page=1">sau ›</a></li><li><a href="/tin?page=12">cuối »</a></li></ul></div>'
    )
    return Page(
        "https://trungtam.example.vn/tin",
        frame(content, menu=menu()),
        truths(address, 6),
        "https://trungtam.example.vn/tin?page=1",
        13,
    )


def table_fragment() -> Page:
    """Rows alone, as a script fetches them."""

    def address(i: int) -> str:
        return f"https://so.example.gov.vn/tin/{i + 9000}.html"

    rows = "".join(
        f'<tr><td><a href="/tin/{i + 9000}.html">{TITLES[i]}</a></td><td>{day(i)}</td></tr>' for i in range(5)
    )
    return Page("https://so.example.gov.vn/ajax/tin", rows, truths(address, 5, led=False))


def broken_lines() -> Page:
    """Links, dates and leads separated by line breaks alone; "next" is a picture with a label."""

    def address(i: int) -> str:
        return f"http://hoi.example.org.vn/detail.php?id={i + 71}&l=vi"

    rows = "".join(
        f'<b><a href="detail.php?id={i + 71}&amp;l=vi">{TITLES[i]}</a></b> <i>({day(i)} 9:0{i})</i><br>{LEADS[i]}<br><br>'
        for i in range(6)
    )
    content = f'<div class="noidung">{rows}<a href="list.php?cat=4&amp;page=2" aria-label="Trang sau"><i class="ic"></i></a></div>'
    return Page(
        "http://hoi.example.org.vn/list.php?cat=4",
        frame(content, menu=menu()),
        truths(address, 6),
        "http://hoi.example.org.vn/list.php?cat=4&page=2",
    )


def numbered_documents() -> Page:
    """Documents named by their numbers, paged, beside a box of stories with dates."""

    def address(i: int) -> str:
        return f"https://vb.example.gov.vn/van-ban/{i + 1201}"

    rows = "".join(
        f'<tr><td><a href="/van-ban/{i + 1201}">{i + 1201}/QĐ-UBND</a></td><td>{day(i)}</td><td>{LEADS[i]}</td></tr>'
        for i in range(8)
    )
    stories = "".join(f'<li><a href="/tin/{SLUGS[i]}-{i + 77}">{TITLES[i]}</a> ({day(i)})</li>' for i in range(6))
    content = (
        f'<div class="x1"><table>{rows}</table><p><a href="/van-ban?page=2">2</a> <a href="/van-ban?page=3">3</a></p></div>'
        f'<div class="x2"><p>Hoạt động</p><ul>{stories}</ul></div>'
    )
    return Page(
        "https://vb.example.gov.vn/van-ban",
        frame(content, menu=menu()),
        tuple(Truth(address(i), f"{i + 1201}/QĐ-UBND", DATES[i], LEADS[i]) for i in range(8)),
        "https://vb.example.gov.vn/van-ban?page=2",
    )


ODD = (numbered_documents, sectioned_home, short_last_page, counted_from_nought, table_fragment, broken_lines)
