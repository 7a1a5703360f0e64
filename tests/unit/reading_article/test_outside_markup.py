"""Markup families that no replica has: how common systems print their dates, bylines, boxes and lists."""

import pytest

from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import PARAGRAPHS, TITLE, page, read, refuse, texts

_BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_TIME = '<time class="published" datetime="2024-01-12T15:20:00+07:00">12 Tháng Một, 2024</time>'
_DRUPAL = (
    f"<article><footer class=node__meta>Được đăng bởi <span>btv1</span> vào <span>T6, 12/01/2024 - 15:20</span></footer>"
    f"<div>{_BODY}</div></article>"
)


@pytest.mark.parametrize(
    ("head", "minute"),
    [
        ('<p class="i">Thứ sáu: 15:20 ngày 12/01/2024</p>', True),
        ('<p class="i">15h:20\' 12-01-2024</p>', True),
        ('<p class="i">Cập nhật lúc 15 giờ 20 phút, ngày 12/01/2024</p>', True),
        ('<p class="i">12/01/2024 15:20 | 345 lượt xem | In trang</p>', True),
        (
            "<div><span>15:20</span> <span>12/01/2024</span> <mat-icon>visibility</mat-icon><span>21 lượt xem</span></div>",
            True,
        ),
        (f"<div>Đăng vào <a href='/2024/01/'>{_TIME}</a></div>", True),
        ('<p class="i">Đăng ngày 12/01/2024 bởi Ban Biên tập</p>', False),
        ("<dl><dd>Được đăng: 12 Tháng 1 2024</dd></dl>", False),
        ('<p class="i">Xuất bản: 12/01/2024 - Cập nhật: 15/01/2024</p>', False),
    ],
)
def test_date_lines_of_other_systems(head: str, minute: bool) -> None:
    got = read(page(head=head))
    assert got.published_at is not None
    assert got.published_at.strftime("%Y-%m-%d %H:%M" if minute else "%Y-%m-%d") == (
        "2024-01-12 15:20" if minute else "2024-01-12"
    )
    assert texts(got) == list(PARAGRAPHS)
    assert got.lead is None


def test_writer_and_date_in_the_foot_of_the_article_itself() -> None:
    got = read(page(_DRUPAL, head=""))
    assert got.published_at is not None
    assert got.published_at.strftime("%Y-%m-%d %H:%M") == "2024-01-12 15:20"
    assert texts(got) == list(PARAGRAPHS)


@pytest.mark.parametrize("head", ["01/01/0001 12:00 AM", "12/01/2034", "Hạn nộp: 12/01/2024"])
def test_no_date_of_publication(head: str) -> None:
    assert read(page(head=f"<p>{head}</p>")).published_at is None


def test_a_label_and_the_writer_in_the_line_below_it() -> None:
    head = "<div><div>Tác giả:</div><div>Đặng Thị Huệ</div></div><div><div>Nguồn:</div><div>Báo X</div></div>"
    assert read(page(head=head)).authors == ("Đặng Thị Huệ",)
    empty = "<div><div>Tác giả:</div></div><div><div>Ngày đăng:</div><div>12/01/2024</div></div>"
    assert read(page(head=empty)).authors == ()


def test_a_distance_in_a_class_name_is_no_frame() -> None:
    lead = "Phiên họp đánh giá tình hình tháng năm và bàn nhiệm vụ trọng tâm của tháng sáu trên địa bàn huyện."
    got = read(page(head=f'<div class="hometext m-bottom">{lead}</div>'))
    assert got.lead == lead


def test_the_story_goes_on_below_a_box_of_related_links() -> None:
    links = "".join(f'<li><a href="/cu-{i}.html">Huyện triển khai nhiệm vụ trọng tâm lần {i}</a></li>' for i in (1, 2))
    box = f'<div class="rel"><div>TIN LIÊN QUAN</div><ul>{links}</ul></div>'
    lead = "Phiên họp đánh giá tình hình tháng năm và bàn nhiệm vụ trọng tâm của tháng sáu trên địa bàn huyện."
    got = read(page(f'<div class="sapo_detail">{lead}</div>{box}<div>{_BODY}</div>'))
    assert got.full_text.split("\n") == [lead, *PARAGRAPHS]


def test_a_note_that_comments_are_moderated_is_no_text() -> None:
    note = "Bình luận của bạn sẽ được kiểm duyệt trước khi đăng. Vui lòng gõ tiếng Việt có dấu."
    assert texts(read(page(tail=f"<div><p>{note}</p><textarea></textarea></div>"))) == list(PARAGRAPHS)


def test_text_between_breaks_in_cells_of_nested_tables() -> None:
    cell = (
        f"<font face=Arial size=2>{'<br><br>'.join(PARAGRAPHS)}<br><br><div align=right><b>Minh Phương</b></div></font>"
    )
    table = f"<table><tr><td><table><tr><td class=noidung>{cell}</td></tr></table></td></tr></table>"
    got = read(page(table, title=f"<font size=3><b>{TITLE}</b></font>", page_title="Trang thong tin dien tu"))
    assert (got.title, got.authors) == (TITLE, ("Minh Phương",))
    assert texts(got) == list(PARAGRAPHS)


def _cards(count: int) -> str:
    return "".join(
        f'<div class=it><div><a href="/tin-{i}.htm"><h3>Tin số {i} về hoạt động của Ủy ban nhân dân huyện</h3></a></div>'
        f"<p class=tm>0{i}/05/2024</p><div><p class=sp>{PARAGRAPHS[i % 3]}</p></div></div>"
        for i in range(1, count + 1)
    )


def test_summaries_each_under_its_headline_are_a_listing() -> None:
    html = page(_cards(6), title='<h1><a href="/kinh-te.htm">Kinh tế</a></h1>', head="", page_title="Kinh tế - Huyện X")
    assert refuse(html, url="https://x.gov.vn/kinh-te.htm").kind is RefusalKind.LISTING


def test_a_short_article_above_summaries_is_an_article() -> None:
    got = read(page(f"<p>{PARAGRAPHS[0]}</p>", tail=f"<div class=more><h4>Tin khác</h4>{_cards(6)}</div>"))
    assert texts(got) == [PARAGRAPHS[0]]


def test_a_server_s_crash_page_is_an_error_however_long() -> None:
    html = (
        "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.<hr></h1>"
        f"<h2>Runtime Error</h2><b>Description:</b> {'An application error occurred on the server. ' * 20}</body></html>"
    )
    assert refuse(html).kind is RefusalKind.ERROR


def test_an_echo_cut_off_by_dots_below_the_text_is_not_the_title() -> None:
    echo = f"<p>Tin tức - Sự kiện - {TITLE[:40].rsplit(' ', 1)[0]}...</p><p>Lượt xem: 12</p>"
    got = read(page(title=f"<div>{TITLE}</div>", page_title=f"Tin tức - Sự kiện - {TITLE}", tail=echo))
    assert got.title == TITLE
    assert texts(got) == list(PARAGRAPHS)
