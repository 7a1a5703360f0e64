"""Pages in markup of portals that nobody has shown us, each with what it must read as or be refused as."""

from dataclasses import dataclass
from datetime import date

import pytest

from crawlers.reading import read_page
from storage.records import Article
from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import FETCHED, MENU, PARAGRAPHS, SIDE, TITLE

_URL = "https://x.gov.vn/chi-tiet?id=1234"
_DAY = date(2024, 5, 20)
_BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_DATED = "<div>20/05/2024 07:30</div>"
_OTHER = (
    "Đoàn công tác của tỉnh đã đến thăm, tặng quà các gia đình chính sách tiêu biểu nhân dịp kỷ niệm ngày lễ lớn của năm.",
    "Đại diện chính quyền địa phương bày tỏ lòng biết ơn và mong các gia đình tiếp tục phát huy truyền thống cách mạng.",
)
_FORM = "".join(f"<label>Ô số {n} <input type=text name=o{n}></label>" for n in range(8))
_LOGIN = (
    "<form><h3>Đăng nhập</h3>Tên <input name=u> Mật khẩu <input type=password name=p><button>Đăng nhập</button></form>"
)
_POLL = (
    "<div><h3>Thăm dò ý kiến</h3><form><p>Ông/bà đánh giá thế nào về trang thông tin?</p>"
    + "".join(f"<p><input type=radio name=v>{text}</p>" for text in ("Rất tốt", "Tốt", "Bình thường"))
    + "<button>Bình chọn</button></form><p>Tổng số phiếu: 4.820</p></div>"
)
_COOKIES = (
    "<div class='cookie-consent'><p>Trang web này sử dụng cookie để nâng cao trải nghiệm của bạn. Bằng việc tiếp tục sử "
    "dụng, bạn đồng ý với chính sách của chúng tôi.</p><button>Đồng ý</button></div>"
)
_DOCUMENTS = "".join(
    f"<p>{n}. <a href='/upload/vb-{n}.pdf'>Quyết định số {n}{n}/QĐ-UBND về việc phê duyệt kế hoạch năm 2024</a></p>"
    for n in range(1, 9)
)


def _page(main: str, *, title: str = f"{TITLE} - Huyện X", head: str = "", before: str = "", after: str = "") -> str:
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{before}"
        f"<div id=menu><ul>{MENU}</ul></div>{main}<div class=right><h3>Tin mới nhất</h3><ul>{SIDE}</ul></div>{after}"
        "<div id=footer><p>Cổng thông tin điện tử huyện X. Địa chỉ: Khu phố 1. Điện thoại: 0297 385 3059</p></div></body></html>"
    )


def _article(body: str = _BODY, *, title: str = f"<h1>{TITLE}</h1>", date: str = _DATED) -> str:
    return f"<div class=z>{title}{date}<div class=y>{body}</div></div>"


@dataclass(frozen=True)
class Case:
    """A page and what it must give; `without` are stretches that its text must not hold."""

    name: str
    html: str
    texts: tuple[str, ...] = PARAGRAPHS
    title: str = TITLE
    day: date | None = _DAY
    url: str = _URL
    without: tuple[str, ...] = ()
    files: int = 0
    images: int | None = None


_TABLES = (
    f"<table width=100%><tr><td width=200><table>{''.join(f'<tr><td>{x}</td></tr>' for x in ('Tin tức', 'Văn bản'))}</table>"
    f"</td><td><table><tr><td><b>{TITLE}</b></td></tr><tr><td>20/05/2024 07:30</td></tr>"
    + "".join(f"<tr><td>{text}</td></tr>" for text in PARAGRAPHS)
    + f"</table></td><td><table><tr><td><ul>{SIDE}</ul></td></tr></table></td></tr></table>"
)
_FIGURES = (
    "<table border=1><tr><th>Chỉ tiêu</th><th>Kế hoạch</th><th>Thực hiện</th></tr>"
    + "".join(f"<tr><td>Chỉ tiêu số {n}</td><td>{n}00</td><td>{n}20</td></tr>" for n in range(1, 8))
    + "</table>"
)
_COMMENTS = (
    "<div class=comments><h3>Bình luận (2)</h3><div class=comment><b>Nguyễn Văn A</b><span>21/05/2024 09:00</span>"
    "<p>Tôi thấy bài viết rất hữu ích, mong huyện sớm triển khai để người dân chúng tôi được nhờ và yên tâm sản xuất.</p></div>"
    "<div class=comment><b>Trần Thị B</b><span>22/05/2024 10:00</span>"
    "<p>Đề nghị quan tâm hơn đến các xã vùng sâu, vùng xa vì ở đó giao thông đi lại còn rất khó khăn và vất vả.</p></div></div>"
)
_RELATED = f"<div class=lienquan><p><b>Các tin liên quan:</b></p><ul>{SIDE}</ul></div>"
_LONG = tuple(f"{text} Đợt {n}." for n in range(1, 5) for text in PARAGRAPHS)

ARTICLES = [
    Case("nested forms around everything", f"<form action=/a>{_page(f'<form>{_article()}</form>')}</form>"),
    Case("layout in tables", _page(_TABLES)),
    Case("title only as the alt of a picture", _page(_article(title=f"<img src=/t.png alt='{TITLE}'>"))),
    Case(
        "no date but in the address",
        _page(_article(date="")),
        day=None,
        url="https://x.gov.vn/2024/05/20/uy-ban-nhan-dan-huyen-hop-phien-thuong-ky-thang-nam",
    ),
    Case("paragraphs parted by breaks", _page(_article("<br><br>".join(PARAGRAPHS)))),
    Case("paragraphs parted by breaks with spaces", _page(_article("<br/>\n&nbsp;<br/>".join(PARAGRAPHS)))),
    Case(
        "paragraphs in divs in spans",
        _page(_article("".join(f"<div><span><font>{t}</font></span></div>" for t in PARAGRAPHS))),
    ),
    Case(
        "comments of readers below",
        _page(f"<div class=k>{_article()}{_COMMENTS}</div>"),
        without=("hữu ích", "vùng sâu"),
    ),
    Case("related links inside the container", _page(_article(_BODY + _RELATED)), without=("Hội nghị triển khai",)),
    Case(
        "related links between paragraphs",
        _page(_article(f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{_RELATED}<p>{PARAGRAPHS[2]}</p>")),
        without=("Hội nghị triển khai",),
    ),
    Case(
        "print view",
        f"<html><head><title>In bài viết</title></head><body onload=print()><h2>{TITLE}</h2>{_DATED}{_BODY}<a href='javascript:window.close()'>Đóng</a> <a href='javascript:print()'>In trang</a></body></html>",
    ),
    Case(
        "AMP",
        f"<html amp lang=vi><head><title>{TITLE}</title><link rel=canonical href='{_URL}'></head><body><amp-sidebar id=s><ul>{MENU}</ul>"
        f"</amp-sidebar><main><article><h1>{TITLE}</h1><time datetime=2024-05-20T07:30:00+07:00>20/05/2024</time>"
        f"<amp-img src=/a.jpg width=600 height=400></amp-img>{_BODY}</article></main></body></html>",
    ),
    Case("one pre", _page(_article("<pre>" + "\n\n".join(PARAGRAPHS) + "</pre>"))),
    Case(
        "pictures that load later",
        _page(
            _article(
                f"<p>{PARAGRAPHS[0]}</p><p><img src='/img/blank.gif' data-src='/upload/a.jpg' class=lazy></p><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
            )
        ),
        images=1,
    ),
    Case(
        "JSON-LD of another page",
        _page(
            _article(),
            head='<script type="application/ld+json">{"@type":"NewsArticle","headline":"Trang chủ cổng thông tin","datePublished":"2019-01-01"}</script>',
        ),
    ),
    Case(
        "og:title is the site's name",
        _page(_article(), title="Huyện X", head="<meta property=og:title content='Cổng thông tin điện tử huyện X'>"),
    ),
    Case(
        "the title is no heading",
        _page(_article(title=f"<div class=a1><span>{TITLE}</span></div>"), title="Cổng thông tin điện tử huyện X"),
    ),
    Case("login box beside", _page(_article(), before=_LOGIN)),
    Case("login box above, in the column", _page(f"<div>{_LOGIN}{_article()}</div>")),
    Case("poll beside", _page(_article() + _POLL), without=("Rất tốt", "đánh giá thế nào")),
    Case(
        "poll beside a short article",
        _page(_article(f"<p>{PARAGRAPHS[0]}</p>") + _POLL),
        texts=PARAGRAPHS[:1],
        without=("đánh giá",),
    ),
    Case(
        "poll before a short article",
        _page(_POLL + _article(f"<p>{PARAGRAPHS[0]}</p>")),
        texts=PARAGRAPHS[:1],
        without=("đánh giá",),
    ),
    Case(
        "form of comments below",
        _page(_article(_BODY + f"<h3>Gửi bình luận</h3><form>{_FORM}</form>")),
        without=("Ô số",),
    ),
    Case("cookie banner", _page(_article(), before=_COOKIES), without=("cookie",)),
    Case("cookie banner at the end", _page(_article(), after=_COOKIES), without=("cookie",)),
    Case("links to documents alone", _page(_article(_DOCUMENTS)), texts=(), files=8),
    Case("table of figures alone", _page(_article(_FIGURES)), texts=("Chỉ tiêu Kế hoạch Thực hiện",)),
    Case("table of figures among paragraphs", _page(_article(_BODY + _FIGURES))),
    Case("attachment alone", _page(_article("<a href='/upload/ke-hoach.docx'>Tải về</a>")), texts=(), files=1),
    Case(
        "quotation",
        _page(_article(f"<p>{PARAGRAPHS[0]}</p><blockquote><p>{PARAGRAPHS[1]}</p></blockquote><p>{PARAGRAPHS[2]}</p>")),
    ),
    Case(
        "two headings of the first level",
        _page(_article(), before="<h1><a href=/>Cổng thông tin điện tử huyện X</a></h1>"),
    ),
    Case(
        "two articles, the second a summary",
        _page(
            _article()
            + f"<div class=z><h2><a href='/chi-tiet?id=99'>Tin khác của huyện trong tuần</a></h2><p>{_OTHER[0]}</p></div>"
        ),
        without=(_OTHER[0],),
    ),
    Case(
        "hidden copy for sharing",
        _page(
            _article()
            + f"<input type=hidden value='{PARAGRAPHS[0]}'><textarea style='display:none'>{' '.join(PARAGRAPHS)}</textarea>"
        ),
    ),
    Case(
        "font buttons and reading aloud",
        _page(_article(f"<div>A- A A+</div><audio src=/a.mp3 controls></audio><div>Nghe bài viết</div>{_BODY}")),
    ),
    Case(
        "share box at head and foot",
        _page(
            _article(
                f"<div>Chia sẻ: <a href='https://facebook.com/s'>Facebook</a> <a href='https://zalo.me/s'>Zalo</a></div>{_BODY}<div>Chia sẻ bài viết</div>"
            )
        ),
        without=("Facebook",),
    ),
    Case("notice of a list inside", _page(_article("<ul>" + "".join(f"<li>{t}</li>" for t in PARAGRAPHS) + "</ul>"))),
    Case(
        "breadcrumb without a class",
        _page(f"<div><a href=/>Trang chủ</a> » <a href=/tin>Tin tức</a> » {TITLE}</div>{_article()}"),
    ),
    Case("clock of the page above", _page(f"<div>Thứ tư, 22/05/2024 10:21:14</div>{_article()}")),
    Case("date below the text", _page(_article(_BODY + "<p><i>Cập nhật: 20/05/2024</i></p>", date=""))),
    Case("capitals", _page(_article(title=f"<h2>{TITLE.upper()}</h2>"), title=TITLE.upper()), title=TITLE.upper()),
    Case(
        "title of two lines", _page(_article(title="<h1>Ủy ban nhân dân huyện<br>họp phiên thường kỳ tháng năm</h1>"))
    ),
    Case("a long text", _page(_article("".join(f"<p>{t}</p>" for t in _LONG))), texts=_LONG),
]

TEASER = f"<p>{PARAGRAPHS[0]}</p><div class=paywall>Đăng nhập để đọc tiếp</div>"

REFUSED = [
    (
        "text in a variable of a script",
        RefusalKind.EMPTY,
        _page(
            f"<div id=app></div><script>var noiDung = {{tieuDe: '{TITLE}', text: '{' '.join(PARAGRAPHS)}'}};</script>",
            title="Huyện X",
        ),
        _URL,
    ),
    (
        "frames",
        RefusalKind.EMPTY,
        "<html><head><title>Huyện X</title></head><frameset cols='20%,80%'><frame src=menu.htm><frame src=main.htm></frameset></html>",
        _URL,
    ),
    (
        "one frame within",
        RefusalKind.EMPTY,
        _page("<iframe src='/noi-dung.aspx?id=5' width=100% height=900></iframe>", title="Huyện X"),
        _URL,
    ),
    (
        "not found with status 200",
        RefusalKind.ERROR,
        _page("<div class=z><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p></div>", title="Huyện X"),
        _URL,
    ),
    (
        "the article was taken down",
        RefusalKind.ERROR,
        _page("<div class=z><p>Bài viết không tồn tại hoặc đã bị gỡ bỏ.</p></div>", title="Huyện X"),
        _URL,
    ),
    (
        "404 in a heading",
        RefusalKind.ERROR,
        _page("<h1>404</h1><p>Không tìm thấy trang</p>", title="404 - Huyện X"),
        _URL,
    ),
    (
        "server error",
        RefusalKind.ERROR,
        "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.</h1><h2><i>Runtime Error</i></h2><p>An application error occurred on the server.</p></body></html>",
        _URL,
    ),
    ("poll alone", RefusalKind.POLL, _page(_POLL, title="Thăm dò ý kiến - Huyện X"), _URL),
    ("login alone", RefusalKind.LOGIN, _page(_LOGIN, title="Đăng nhập - Huyện X"), _URL),
    (
        "form alone",
        RefusalKind.FORM,
        _page(
            f"<h1>Đăng ký lịch hẹn</h1><form>{_FORM}<textarea></textarea></form>", title="Đăng ký lịch hẹn - Huyện X"
        ),
        _URL,
    ),
    (
        "list in a table",
        RefusalKind.LISTING,
        _page(
            "<h2>Tin tức</h2><table>"
            + "".join(
                f"<tr><td>{n}</td><td><a href='/chi-tiet?id={n}'>Hội nghị tổng kết công tác năm của ngành số {n}</a></td><td>0{n}/05/2024</td></tr>"
                for n in range(1, 9)
            )
            + "</table>",
            title="Tin tức - Huyện X",
        ),
        "https://x.gov.vn/tin-tuc",
    ),
    (
        "list of documents with columns",
        RefusalKind.LISTING,
        _page(
            "<h2>Văn bản chỉ đạo điều hành</h2><table><tr><th>Số</th><th>Trích yếu</th></tr>"
            + "".join(
                f"<tr><td>{n}/QĐ</td><td><a href='/van-ban?id={n}'>Quyết định về việc phê duyệt kế hoạch số {n} của huyện</a></td></tr>"
                for n in range(1, 9)
            )
            + "</table>",
            title="Văn bản - Huyện X",
        ),
        "https://x.gov.vn/van-ban",
    ),
    (
        "search without a hit",
        RefusalKind.SEARCH,
        _page(
            "<h1>Tìm kiếm</h1><form><input name=q></form><p>Không tìm thấy kết quả nào.</p>", title="Tìm kiếm - Huyện X"
        ),
        _URL,
    ),
    (
        "maintenance",
        RefusalKind.MAINTENANCE,
        "<html><head><title>Bảo trì</title></head><body><p>Hệ thống đang được bảo trì, nâng cấp. Xin quý vị vui lòng quay lại sau.</p></body></html>",
        _URL,
    ),
    (
        "nothing yet",
        RefusalKind.EMPTY,
        _page("<h1>Lịch công tác</h1><p>Nội dung đang được cập nhật</p>", title="Lịch công tác - Huyện X"),
        _URL,
    ),
]


@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case.name)
def test_article(case: Case) -> None:
    found = read_page(case.html.encode(), url=case.url, fetched_at=FETCHED)
    assert isinstance(found, Article), found
    assert found.title == case.title
    assert (found.published_at.date() if found.published_at else None) == case.day
    for text in case.texts:
        assert text in found.full_text
    if case.texts and case.texts[0] in PARAGRAPHS:
        assert found.full_text.split("\n")[: len(case.texts)] == list(case.texts)
    assert not [
        text for text in (*case.without, "Điện thoại", "Hội nghị triển khai", "Tin mới nhất") if text in found.full_text
    ]
    assert len(found.attachments) == case.files
    if case.images is not None:
        assert len(found.images) == case.images


@pytest.mark.parametrize(("kind", "html", "url"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(kind: RefusalKind, html: str, url: str) -> None:
    found = read_page(html.encode(), url=url, fetched_at=FETCHED)
    assert not isinstance(found, Article), (found.title, found.text)
    assert found.kind is kind, found


def test_teaser_of_a_closed_article_keeps_what_is_open() -> None:
    found = read_page(_page(_article(TEASER)).encode(), url=_URL, fetched_at=FETCHED)
    assert isinstance(found, Article)
    assert found.full_text == PARAGRAPHS[0]


def test_a_box_that_is_headed_as_a_poll_refuses_no_prose_whose_title_nothing_names() -> None:
    main = _POLL.replace("h3>", "h2>") + _article(
        "".join(f"<p>{text}</p>" for text in _LONG), title=f"<div>{TITLE}</div>"
    )
    found = read_page(_page(main, title="Tin tức - Huyện X").encode(), url=_URL, fetched_at=FETCHED)
    assert isinstance(found, Article), found
    assert found.full_text.split("\n") == list(_LONG)


def test_the_writer_under_a_video_that_is_the_whole_body() -> None:
    body = "<p><iframe src='https://www.youtube.com/embed/x'></iframe></p><p>Thế Quân</p>"
    head = f"<h1>{TITLE}</h1>{_DATED}<p class=sapo><b>{PARAGRAPHS[0]}</b></p>"
    found = read_page(_page(f"<div>{head}<div class=y>{body}</div></div>").encode(), url=_URL, fetched_at=FETCHED)
    assert isinstance(found, Article), found
    assert (found.full_text, found.authors) == (PARAGRAPHS[0], ("Thế Quân",))
