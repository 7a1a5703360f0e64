"""Pages of hosts without rules and rows: their titles, texts and verdicts against the frames of portals."""

import pytest

from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import PARAGRAPHS, TITLE, URL, read, refuse, texts

_SECTION = "Tin tức - Sự kiện"
_SITE = "Trung tâm Phục vụ hành chính công tỉnh X"
_WEB_PART = '<table><tr class="ms-WPHeader"><td><h3 class="ms-standardheader ms-WPTitle">Tin tức Hoạt động</h3></td></tr></table>'
_DATE = "<tr><td>Thứ hai, 20/05/2024 | 07:30</td></tr>"


def _cells(*texts: str) -> str:
    return "".join(f"<tr><td>{text}</td></tr>" for text in texts)


def _page(body: str, page_title: str = f"{_SECTION} - {_SITE}") -> str:
    return f"<html><head><title>{page_title}</title></head><body><form>{body}</form></body></html>"


def test_heading_of_the_box_around_an_article_is_no_title() -> None:
    file = '<a href="/Lists/TinTuc/Attachments/5/ke-hoach.docx">ke-hoach.docx</a>'
    article = f"<table>{_DATE}{_cells(TITLE, '20/05/2024', file)}</table>"
    found = read(_page(_WEB_PART + article), url="https://x.gov.vn/Lists/TinTuc/DispForm.aspx?ID=5")
    assert (found.title, [file.name for file in found.attachments]) == (TITLE, ["ke-hoach.docx"])


def test_title_is_named_by_a_link_to_the_page_itself() -> None:
    url = "https://x.gov.vn/Lists/TinTuc/DispForm.aspx?ID=5"
    side = f'<h3>Tin đọc nhiều</h3><ul><li><a href="/Lists/TinTuc/DispForm.aspx?ID=5">{TITLE}</a></li></ul>'
    article = f"<table>{_DATE}{_cells(TITLE, *PARAGRAPHS)}</table>"
    assert read(_page(f"{_WEB_PART}{article}{side}"), url=url).title == TITLE


def test_title_stands_above_a_line_that_repeats_it_with_its_section() -> None:
    short = "Chống tái nghèo: cách làm của Đức Hòa"
    path = f"{_SECTION} - {short}"
    article = f"<table>{_DATE}{_cells(short, *PARAGRAPHS)}</table><div>{path}</div>"
    found = read(_page(article, path), url="https://x.gov.vn/Pages/chi-tiet-tin.aspx?ItemID=5")
    assert (found.title, texts(found)) == (short, list(PARAGRAPHS))


def test_short_text_under_a_dated_title_is_surely_the_article() -> None:
    lead = f"{PARAGRAPHS[0]} Nhờ đó, tỷ lệ hài lòng của người dân đạt 30,26% so với cùng kỳ năm trước."
    tools = "".join(f'<h3 class="ms-standardheader">{name}</h3>' for name in ("Tóm tắt", "Ngày xuất bản", "Lịch sử"))
    body = f"<div><p>{PARAGRAPHS[1]}</p><p align=right><b>Thị Thu</b></p></div>"
    article = f"<table>{_DATE}{_cells(TITLE, '20/05/2024', lead, body)}</table>{tools}"
    found = read(_page(article), url="https://x.gov.vn/Lists/TinTuc/DispForm.aspx?ID=5")
    assert (found.full_text.split("\n"), found.authors) == ([lead, PARAGRAPHS[1]], ("Thị Thu",))


def test_one_link_above_the_boxes_makes_no_list_of_the_page() -> None:
    site = '<div><a href="/trang-chu">Cổng thông tin điện tử huyện X</a></div>'
    poll = "<h2>Thăm dò ý kiến</h2><p>Ông bà đánh giá thế nào?</p><p>Hài lòng</p>"
    short = "Nhờ đó, tỷ lệ hài lòng của người dân đạt 87%."
    body = f"{site}{poll}<div>20/05/2024 07:30</div><table><tr><td>{TITLE}</td></tr></table><div>{short}</div>"
    found = read(_page(body, f"{TITLE} - Huyện X"), url=URL)
    assert (found.title, texts(found)) == (TITLE, [short])


_FOOT = (
    "<h3>CỔNG THÔNG TIN</h3><p>Add: 185 Giang Vo Street, Dong Da District, Ha Noi, Viet Nam</p>"
    "<p>Hotline for administration procedures of the Department - (024)37367115; Email: tiep@x.gov.vn</p>"
    "<p>Hotline for administration procedures of the City - (024)39346034; Email: kiem@x.gov.vn</p>"
)


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        (RefusalKind.EMPTY, _page(_FOOT, "Public Services - Huyện X")),
        (RefusalKind.LOGIN, _page(_FOOT, "login - Huyện X")),
        (
            RefusalKind.EMPTY,
            _page(
                "<p>Lĩnh vực Viễn thông và Internet</p><table><tr><td>Cơ quan thực hiện</td><td>Lĩnh vực</td></tr></table>"
                "<div>Không có văn bản nào được tìm thấy</div>",
                "Lĩnh vực Viễn thông và Internet - Sở X",
            ),
        ),
        (
            RefusalKind.DIRECTORY,
            _page(
                "<h1>Hotlines</h1>" + "<p>Address: 44 Pham Ngoc Thach Street</p><p>Tel: 0438257941</p>" * 4, "Hotlines"
            ),
        ),
    ],
)
def test_page_with_nothing_but_its_frame_is_refused(kind: RefusalKind, html: str) -> None:
    assert refuse(html, url="https://x.gov.vn/web/x/trang").kind is kind


def test_text_of_a_dialog_is_no_article() -> None:
    offer = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    links = "".join(f'<p><a href="/muc-{i}">Chuyên mục số {i}</a></p>' for i in range(40))
    for markup in ('class="popup"', 'role="dialog"', 'class="modal fade"'):
        body = f"{links}<div {markup}><h2>Thêm chuyên mục, tăng trải nghiệm cho bạn đọc</h2>{offer}</div>"
        assert refuse(_page(body, "Kinh doanh - Báo X"), url="https://x.vn/kinh-doanh.htm").kind is RefusalKind.EMPTY
    wrapped = f'<div class="modal"><h1>{TITLE}</h1><div>20/05/2024 07:30</div>{offer}</div>'
    assert texts(read(_page(wrapped, f"{TITLE} - Báo X"))) == list(PARAGRAPHS)
