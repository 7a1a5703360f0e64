"""Articles over several pages: which pages an article goes on over, and what the pages make together."""

from urllib.parse import urljoin

import pytest

from crawlers.reading import read_page
from crawlers.reading.joining import join_pages
from crawlers.reading.sequel import MAX_PAGES
from storage.records import PAGES_MISSING, Article

URL = "https://laocai.gov.vn/tin-tuc/hop-bao-quy-i-1204.html"
TITLE = "Họp báo quý I về tình hình kinh tế - xã hội của tỉnh"
TEXT = tuple(
    f"Đoạn {word}, đại diện các sở, ngành báo cáo kết quả thực hiện nhiệm vụ {word} trên địa bàn toàn tỉnh."
    for word in ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám")
)
LEAD = "Sáng 10/3, Ủy ban nhân dân tỉnh tổ chức họp báo thông tin tình hình kinh tế - xã hội quý I."


def page(*texts: str, under: str = "", after: str = "", title: str = TITLE, lead: str = LEAD, head: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in texts)
    return (
        f"<html><head><title>{title} - Cổng thông tin điện tử</title>{head}</head><body>"
        "<div class=menu><ul><li><a href=/>Trang chủ</a></li><li><a href=/tin-tuc>Tin tức</a></li></ul></div>"
        f"<div class=detail><h1>{title}</h1><div class=date>10/03/2025 08:30</div>"
        f"<div class=sapo><b>{lead}</b></div><div class=content>{body}</div>{under}</div>{after}"
        "<div class=footer>Bản quyền thuộc về Cổng thông tin điện tử tỉnh</div></body></html>"
    ).encode()


def read(body: bytes, url: str = URL) -> Article:
    found = read_page(body, url=url)
    assert isinstance(found, Article), found
    return found


def links(found: Article) -> dict[int, str]:
    return {link.page: link.url for link in found.continues}


def numbers(pattern: str, current: int, count: int, *, label: str = "Trang:") -> str:
    inside = " ".join(
        f"<b>{number}</b>" if number == current else f'<a href="{pattern.format(number)}">{number}</a>'
        for number in range(1, count + 1)
    )
    return f"<div class=phan-trang>{label} {inside}</div>"


FORMS = (
    "?trang={}",
    "?page={}",
    "hop-bao-quy-i-1204-p{}.html",
    "hop-bao-quy-i-1204_trang-{}.html",
    "hop-bao-quy-i-1204.html/{}",
    "hop-bao-quy-i-1204.html?p={}",
    "hop-bao-quy-i-1204/trang-{}.html",
    "hop-bao-quy-i-1204-{}.html",
)


@pytest.mark.parametrize("pattern", FORMS)
def test_numbers_under_the_text(pattern: str) -> None:
    first = read(page(*TEXT[:3], under=numbers(pattern, 1, 3)))
    assert links(first) == {number: urljoin(URL, pattern.format(number)) for number in (2, 3)}
    assert first.text == "\n".join(TEXT[:3])
    assert PAGES_MISSING in first.flags
    assert first.first_page is None


@pytest.mark.parametrize(
    "under",
    [
        '<ul class=pagination><li><span>1</span><li><a href="?trang=2">2</a><li><a href="?trang=2">»</a></ul>',
        '<nav class="page-nav"><a href="?trang=2">Trang sau</a></nav>',
        '<p style="text-align:right"><a href="?trang=2">Xem tiếp »</a></p>',
        '<p><a href="?trang=2">Đọc tiếp</a></p>',
        '<table><tr><td>1</td><td><a href="?trang=2">2</a></td><td><a href="?trang=2">Trang tiếp theo</a></td></tr></table>',
    ],
)
def test_ways_to_say_that_it_goes_on(under: str) -> None:
    first = read(page(*TEXT[:3], under=under))
    assert links(first) == {2: f"{URL}?trang=2"}
    assert first.text == "\n".join(TEXT[:3])


def test_declared_in_the_head() -> None:
    own = f'<link rel="next" href="{URL}?trang=2">'
    assert links(read(page(*TEXT[:3], head=own))) == {2: f"{URL}?trang=2"}
    other = '<link rel="next" href="https://laocai.gov.vn/tin-tuc/bai-sau-1205.html">'
    assert not links(read(page(*TEXT[:3], head=other))), "the next article of a blog is another article"


PAGER = '<a href="?trang=2">2</a> <a href="?trang=3">3</a> <a href="?trang=2">Trang sau</a>'

RELATED = (
    "<ul><li><a href=/tin-tuc/khac-1.html>Khai mạc hội nghị toàn quốc về nông nghiệp</a></li>"
    "<li><a href=/tin-tuc/khac-2.html>Phát động thi đua năm 2025 của tỉnh</a></li></ul>"
)


@pytest.mark.parametrize(
    "trap",
    [
        f"<div class=comments><h3>Bình luận (12)</h3><p>Bài viết rất hay.</p>{PAGER}</div>",
        f'<div id="binh-luan">{PAGER}</div>',
        f"<div class=tin-lien-quan><h3>Tin liên quan</h3>{RELATED}{PAGER}</div>",
        f"<div class=photo-gallery><img src=/a.jpg width=400 height=300>{PAGER}</div>",
        '<div class=calendar><a href="?thang=2">2</a> <a href="?thang=3">3</a></div>',
        '<table class=lich><tr><td><a href="?p=1">1</a></td><td><a href="?p=2">2</a></td></tr></table>',
        '<div><a href="?print=2">In trang</a> <a href="?size=2">A+</a></div>',
        '<div><a href="/tin-tuc/hop-bao-quy-ii-1205.html">Bài sau</a> <a href="/tin-tuc/x-1203.html">Bài trước</a></div>',
        '<div>Đánh giá: <a href="?vote=1">1</a> <a href="?vote=2">2</a> <a href="?vote=3">3</a></div>',
        "<div class=trang>1 <a href=\"javascript:__doPostBack('p','2')\">2</a> <a href=\"#trang2\">3</a></div>",
    ],
)
def test_pagers_of_other_things(trap: str) -> None:
    found = read(page(*TEXT[:4], under=trap))
    assert not found.continues
    assert found.first_page is None
    assert PAGES_MISSING not in found.flags


@pytest.mark.parametrize("pattern", FORMS)
def test_a_later_page_names_the_first(pattern: str) -> None:
    pattern = urljoin(URL, pattern)
    under = numbers(pattern, 2, 3).replace(f'"{pattern.format(1)}"', f'"{URL}"')
    found = read(page(*TEXT[3:6], under=under), pattern.format(2))
    assert found.first_page == URL
    assert links(found) == {3: pattern.format(3)}


def test_a_pager_without_end_is_bounded() -> None:
    found = read(page(*TEXT[:3], under=numbers("?trang={}", 1, 60)))
    assert sorted(links(found)) == list(range(2, MAX_PAGES + 1))


def whole(*parts: tuple[str, ...], **fields: str) -> list[Article]:
    count = len(parts)
    return [
        read(
            page(*texts, under=numbers("?trang={}", number, count), **fields),
            URL if number == 1 else f"{URL}?trang={number}",
        )
        for number, texts in enumerate(parts, 1)
    ]


def test_joined_in_the_order_of_pages_and_the_head_once() -> None:
    first, *others = whole(TEXT[:3], TEXT[3:5], TEXT[5:])
    joined = join_pages(first, dict(reversed(list(enumerate(others, 2)))))
    article = joined.article
    assert article.text == "\n".join(TEXT)
    assert article.lead == LEAD
    assert [text.id for text in article.paragraphs] == [f"b{number}" for number in range(1, len(TEXT) + 1)]
    assert article.url == URL
    assert PAGES_MISSING not in article.flags
    assert joined.pages == (2, 3)
    assert "3 pages joined" in article.provenance["text"].evidence


def test_a_missing_page_is_told() -> None:
    first, second, third = whole(TEXT[:3], TEXT[3:5], TEXT[5:])
    joined = join_pages(first, {3: third})
    assert joined.article.text == "\n".join((*TEXT[:3], *TEXT[5:]))
    assert PAGES_MISSING in joined.article.flags
    assert PAGES_MISSING not in join_pages(first, {2: second, 3: third}).article.flags


def test_the_same_page_again_adds_nothing() -> None:
    first, *_ = whole(TEXT[:3], TEXT[3:])
    joined = join_pages(first, {2: read(page(*TEXT[:3], under=numbers("?trang={}", 1, 2)), f"{URL}?trang=2")})
    assert joined.article.text == first.text
    assert PAGES_MISSING not in joined.article.flags
    assert not joined.article.continues
    assert list(joined.apart) == [2]


def test_a_paragraph_of_the_middle_may_be_said_again() -> None:
    first = read(page(*TEXT[:3], under=numbers("?trang={}", 1, 2)))
    second = read(page(TEXT[1], *TEXT[3:5], under=numbers("?trang={}", 2, 2)), f"{URL}?trang=2")
    assert join_pages(first, {2: second}).article.text == "\n".join((*TEXT[:3], TEXT[1], *TEXT[3:5]))


def test_another_article_is_no_page() -> None:
    first, *_ = whole(TEXT[:3], TEXT[3:])
    other = read(page(*TEXT[3:], title="Khai mạc lễ hội mùa xuân năm 2025 tại huyện Bắc Hà"), f"{URL}?trang=2")
    joined = join_pages(first, {2: other})
    assert joined.article.text == first.text
    assert "another title" in joined.apart[2]


def test_a_numbered_title_is_the_same_title() -> None:
    first, *_ = whole(TEXT[:3], TEXT[3:])
    second = read(page(*TEXT[3:], title=f"{TITLE} (Trang 2)"), f"{URL}?trang=2")
    assert join_pages(first, {2: second}).article.text == "\n".join(TEXT)


def test_chained_pages() -> None:
    """Pages that name the next one only: each makes the one after it known."""
    under = '<a href="?trang={}">Trang sau</a>'
    first = read(page(*TEXT[:3], under=under.format(2)))
    second = read(page(*TEXT[3:5], under=under.format(3)), f"{URL}?trang=2")
    third = read(page(*TEXT[5:]), f"{URL}?trang=3")
    halfway = join_pages(first, {2: second}).article
    assert links(halfway) == {2: f"{URL}?trang=2", 3: f"{URL}?trang=3"}
    assert PAGES_MISSING in halfway.flags
    assert join_pages(first, {2: second, 3: third}).article.text == "\n".join(TEXT)


def test_images_files_and_the_byline_of_all_pages() -> None:
    def picture(name: str) -> str:
        return f'<img src="/anh/{name}.jpg" width=600 height=400><p style="text-align:center"><i>Ảnh {name}</i></p>'

    def file(name: str) -> str:
        return f'<a href="/tep/{name}.pdf">Tải tệp {name}.pdf</a>'

    head, foot = picture("chung"), file("chung")
    first, second = whole(
        (TEXT[0], head, TEXT[1], file("a"), foot),
        (head, TEXT[2], picture("b"), TEXT[3], foot, "<div style='text-align:right'><b>Nguyễn Văn An</b></div>"),
    )
    article = join_pages(first, {2: second}).article
    assert [image.url.rpartition("/")[2] for image in article.images] == ["chung.jpg", "b.jpg"]
    assert [image.caption_id for image in article.images] == ["c1", "c2"]
    assert [one.url.rpartition("/")[2] for one in article.attachments] == ["a.pdf", "chung.pdf"]
    assert article.authors == ("Nguyễn Văn An",)
