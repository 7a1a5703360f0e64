"""Title, lead, dates, counters, captions, attachments, related links, text: each against what tempts a reader."""

from datetime import date, datetime

import pytest

from crawlers.reading.language import language_of
from storage.records import VIETNAM, Block, DateBasis, Kind, ListingItem, MissingDate, Precision
from tests.unit.reading_article.pages import PARAGRAPHS, TITLE, URL, page, read, texts

LEAD = "Sáng nay, tại trụ sở UBND huyện, các thành viên Ủy ban họp phiên thường kỳ, bàn nhiều việc quan trọng."


def test_plain_article() -> None:
    article = read(page())
    assert (article.title, article.lead, texts(article)) == (TITLE, None, list(PARAGRAPHS))
    assert article.published_at == datetime(2024, 5, 20, 7, 30, tzinfo=VIETNAM)
    assert (article.published_precision, article.published_basis) == (Precision.MINUTE, DateBasis.PAGE)
    assert article.provenance["text"].method == "trafilatura"


def test_portlet_heading_is_no_title() -> None:
    above = '<h1 class="portlet-title">Cải cách hành chính</h1>'
    article = read(
        page(above=above, title=f"<div class=x><b>{TITLE}</b></div>", page_title="Cải cách hành chính - Huyện X")
    )
    assert (article.title, article.section) == (TITLE, "Cải cách hành chính")


def test_title_that_only_the_slug_echoes() -> None:
    article = read(page(title=f"<div>{TITLE}</div>", page_title="Chi tiết tin", above="<h2>Tin trong huyện</h2>"))
    assert article.title == TITLE


@pytest.mark.parametrize(
    "markup",
    [
        f"<p class=q><strong>{LEAD}</strong></p>",
        f"<h3>{LEAD}</h3>",
        f'<div class="sapo">{LEAD}</div>',
        f"<div class=q>{LEAD}</div>",
    ],
)
def test_lead_by_setting(markup: str) -> None:
    body = markup + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    article = read(page(body))
    assert (article.lead, texts(article)) == (LEAD, list(PARAGRAPHS))
    assert article.full_text == "\n".join([LEAD, *PARAGRAPHS])


def test_lead_by_the_listing_row() -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in (LEAD, *PARAGRAPHS))
    row = ListingItem(URL, TITLE, "20/05/2024", LEAD[:60] + "...")
    assert read(page(body)).lead is None
    assert read(page(body), listing=row).lead == LEAD


def test_listing_date_stands_in_for_an_unprinted_one() -> None:
    row = ListingItem(URL, TITLE, "Thứ hai, 20/05/2024 | 07:36", "")
    article = read(page(head=""), listing=row)
    assert article.published_at == datetime(2024, 5, 20, 7, 36, tzinfo=VIETNAM)
    assert article.published_basis is DateBasis.LISTING


@pytest.mark.parametrize(
    "head",
    [
        "",
        "<div>1/1/0001</div>",
        "<div>20/05/2031 10:00</div>",
        "<p>Căn cứ Quyết định số 12/QĐ-UBND ngày 12/3/2021 của UBND huyện về chương trình công tác.</p>",
        "<div>Hôm nay</div>",
    ],
)
def test_no_date_is_made_up(head: str) -> None:
    article = read(page(head=head))
    assert article.published_at is None
    assert article.published_missing_reason in {MissingDate.NOT_PRINTED, MissingDate.IMPLAUSIBLE}


@pytest.mark.parametrize(
    "printed",
    [
        *("1/1/0001", "01/01/0001 12:00:00 AM", "12:00 AM", "Ngày đăng: 31/02/2021", "00/00/2021", "99/99/9999"),
        *("Thứ Năm, 31/04/2021 10:00", "ngày 31 tháng 02 năm 2021", "2021-13-01", "20/05/2031 10:00", "01/01/1970"),
    ],
)
def test_a_printed_date_that_cannot_be_is_told_from_none(printed: str) -> None:
    for article in (
        read(page(head=f"<div>{printed}</div>")),
        read(page(head="").replace("</head>", f"<meta itemprop='datePublished' content='{printed}'></head>")),
    ):
        assert (article.published_at, article.published_missing_reason) == (None, MissingDate.IMPLAUSIBLE)
        assert printed not in article.text


@pytest.mark.parametrize(
    "clock",
    [
        '<div id="dongho">Thứ 2, Ngày 20/05/2024 8:00:12 AM</div>',
        '<span id="qwe">20/05/2024 06:00</span><script>document.getElementById("qwe").innerHTML=new Date();</script>',
        "<div>20/05/2024 07:58</div>",
    ],
)
def test_page_clock_is_no_date(clock: str) -> None:
    article = read(page(above=clock, head=""))
    assert (article.published_at, article.published_missing_reason) == (None, MissingDate.CLOCK_ONLY)


def test_wrong_weekday_is_flagged() -> None:
    article = read(page(head="<div>Thứ năm, 20/05/2024 | 07:30</div>"))
    assert "date_weekday_mismatch" in article.flags


def test_counter_with_its_number_in_the_next_piece() -> None:
    assert read(page(tail="<div><span>Lượt xem:</span> <span>1.311</span></div>")).view_count == 1311
    assert read(page(tail="<p>Đã xem: 7</p>")).view_count == 7
    assert read(page(tail="<h3>Thống kê truy cập</h3><p>Đang online: 12</p>")).view_count is None


def test_captions_by_markup_and_place() -> None:
    images = (
        '<figure><img src="/a.jpg" alt="anh tin bai"><figcaption>Toàn cảnh phiên họp. Ảnh: Văn Phụng</figcaption></figure>'
        '<p><img src="data:image/gif;base64,R0" data-src="/b.jpg"></p><p><em>Đại biểu phát biểu</em></p>'
        '<table><tr><td><img src="/c.jpg"></td></tr><tr><td>Lãnh đạo huyện trao thưởng</td></tr></table>'
    )
    body = f"<p>{PARAGRAPHS[0]}</p>{images}<p>{PARAGRAPHS[1]}</p>"
    article = read(page(body))
    assert [
        (image.url.rsplit("/", 1)[1], image.caption, image.credit, image.caption_id) for image in article.images
    ] == [
        ("a.jpg", "Toàn cảnh phiên họp.", "Ảnh: Văn Phụng", "c1"),
        ("b.jpg", "Đại biểu phát biểu", "", "c2"),
        ("c.jpg", "Lãnh đạo huyện trao thưởng", "", "c3"),
    ]
    assert texts(article) == list(PARAGRAPHS[:2])


def test_attachments_of_every_form() -> None:
    body = (
        f"<p>{PARAGRAPHS[0]}</p><ul><li><a href='/upload/ke-hoach.pdf'>Ke hoach.pdf</a></li></ul>"
        "<p><a href='javascript:;' onclick=\"downloadFile('7','/upload/2024/phu-luc.xlsx')\">Tải về</a></p>"
        "<iframe src='/viewer.html?file=/upload/toan-van.docx'></iframe>"
        "<p>Xem <a href='/documents/1/2/qd/0a1b2c3d-1111-2222-3333-444455556666?t=1'>toàn văn quyết định</a> tại đây để biết.</p>"
    )
    article = read(page(body))
    assert [attachment.url.removeprefix("https://x.gov.vn") for attachment in article.attachments] == [
        "/upload/ke-hoach.pdf",
        "/upload/2024/phu-luc.xlsx",
        "/upload/toan-van.docx",
        "/documents/1/2/qd/0a1b2c3d-1111-2222-3333-444455556666?t=1",
    ]
    assert texts(article) == [PARAGRAPHS[0], "Xem toàn văn quyết định tại đây để biết."]


def test_related_links_carry_their_dates_and_no_text() -> None:
    related = "<div>Tin liên quan</div>" + "".join(
        f'<div><a href="/tin-tuc/khac-{i}">Bài viết khác của chuyên mục này số {i}</a>&nbsp; 1{i}/04/2024</div>'
        for i in range(3)
    )
    article = read(page(tail=related))
    assert [(link.title[-4:], link.published_raw) for link in article.related] == [
        ("số 0", "10/04/2024"),
        ("số 1", "11/04/2024"),
        ("số 2", "12/04/2024"),
    ]
    assert texts(article) == list(PARAGRAPHS)
    assert article.published_at is not None
    assert article.published_at.day == 20


def test_structure_is_kept() -> None:
    table = "<table><tr><th>Đơn vị</th><th>Hồ sơ</th></tr><tr><td>Xã A</td><td>12</td></tr><tr><td>Xã B</td><td>7</td></tr></table>"
    body = f"<p>{PARAGRAPHS[0]}</p><h2>Kết quả</h2><ul><li>Đúng hạn 95% hồ sơ;</li></ul>{table}<blockquote>{PARAGRAPHS[1]}</blockquote>"
    article = read(page(body))
    assert [(p.id, p.block) for p in article.paragraphs] == [
        ("b1", Block.PARAGRAPH),
        ("b2", Block.HEADING),
        ("b3", Block.LIST_ITEM),
        ("b4", Block.TABLE),
        ("b5", Block.QUOTE),
    ]
    assert article.paragraphs[1].level == 2
    assert article.paragraphs[3].markdown == "| Đơn vị | Hồ sơ |\n| --- | --- |\n| Xã A | 12 |\n| Xã B | 7 |"


def test_own_sentences_about_counters_stay() -> None:
    own = "Cổng đã đạt 1.000 lượt xem; người dân bấm Đăng nhập, chọn Thống kê truy cập để xem số liệu của mình."
    body = f"<p>{PARAGRAPHS[0]}</p><h3>Đăng nhập</h3><p>{own}</p><p>{PARAGRAPHS[1]}</p>"
    assert texts(read(page(body))) == [PARAGRAPHS[0], "Đăng nhập", own, PARAGRAPHS[1]]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ngày mai, huyện tổ chức lễ ra quân làm thủy lợi.</p>",
        '<p><img src="/upload/pano.jpg"></p>',
        '<p><a href="/upload/thong-bao.pdf">Thong bao.pdf</a></p>',
        '<iframe src="https://www.youtube.com/embed/x"></iframe>',
    ],
)
def test_tiny_articles_are_articles(body: str) -> None:
    article = read(page(body))
    assert (article.title, article.kind, article.published_at is not None) == (TITLE, Kind.ARTICLE, True)
    assert "Hội nghị triển khai" not in article.text


def test_event_and_bounds_when_no_date_is_printed() -> None:
    lead = "<div class=sapo>Chiều 13/12, UBND huyện họp phiên thường kỳ, đánh giá kết quả thực hiện nhiệm vụ năm 2023.</div>"
    article = read(page(lead + f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>", head=""))
    assert (article.event_date, article.inferred_from, article.inferred_basis) == (
        date(2023, 12, 13),
        date(2023, 12, 13),
        "event_date",
    )
    assert (article.published_at, article.inferred_to) == (None, date(2024, 5, 20))


def test_standing_page_has_no_date() -> None:
    html = page(title="<p>Chức năng nhiệm vụ</p>", head="", page_title="Chức năng nhiệm vụ - Huyện X", extra="")
    html = html.replace("<ul><li>", '<ul><li><a href="/chuc-nang-nhiem-vu">Chức năng nhiệm vụ</a></li><li>', 1)
    article = read(html, url="https://x.gov.vn/chuc-nang-nhiem-vu")
    assert (article.kind, article.title) == (Kind.PAGE, "Chức năng nhiệm vụ")
    assert article.published_missing_reason is MissingDate.STANDING_PAGE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PARAGRAPHS[0], "vi"),
        (
            "The provincial People's Committee held a meeting on administrative reform in Long An, with Nguyễn Văn Út.",
            "en",
        ),
        ("ខេត្តគៀនយ៉ាង ប្រជាជនខ្មែរ", "km"),
        ("12", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language
