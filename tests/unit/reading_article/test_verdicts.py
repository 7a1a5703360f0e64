"""Pages that hold no article are refused with their kind; pages that look like them are not."""

import pytest

from storage.vocabulary import RefusalKind
from tests.unit.reading_article.pages import MENU, PARAGRAPHS, page, read, refuse

ROWS = "".join(
    f'<div class=r><h3><a href="/tin-tuc/bai-{i}">Hội nghị tổng kết công tác năm của ngành số {i}</a></h3><i>0{i}/05/2024</i>'
    f"<p>Hội nghị đã đánh giá kết quả, đề ra nhiệm vụ trọng tâm của năm tới và trao thưởng cho tập thể...</p></div>"
    for i in range(1, 7)
)


def _page(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body><nav><ul>{MENU}</ul></nav><div class=m>{body}</div></body></html>"


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        (
            RefusalKind.CHALLENGE,
            "<html><body><script>document.cookie='D1N=ab12';location.reload();</script></body></html>",
        ),
        (
            RefusalKind.CHALLENGE,
            "<html><title>Just a moment...</title><body><p>Checking your browser</p></body></html>",
        ),
        (RefusalKind.BLOCK, "<html><title>Request Rejected</title><body>The requested URL was rejected.</body></html>"),
        (RefusalKind.BLOCK, "<html><body>An error occurred while processing your request.</body></html>"),
        (RefusalKind.MAINTENANCE, _page("Thông báo", "<h1>Hệ thống đang bảo trì</h1><p>Vui lòng quay lại sau.</p>")),
        (RefusalKind.ERROR, _page("Lỗi", "<h2>Không tìm thấy trang</h2><p>Trang không tồn tại hoặc đã bị xóa.</p>")),
        (
            RefusalKind.LOGIN,
            _page("Đăng nhập - X", "<h1>Đăng nhập</h1><form><input name=u><input type=password></form>"),
        ),
        (RefusalKind.SEARCH, _page("Tìm kiếm - X", f"<h1>Kết quả tìm kiếm</h1><form><input name=q></form>{ROWS}")),
        (RefusalKind.SITEMAP, _page("Sơ đồ cổng", "<h1>Sơ đồ cổng</h1>" + "<p><a href=/a>Chuyên mục</a></p>" * 30)),
        (RefusalKind.LISTING, _page("Tin hoạt động - X", f"<h1>Tin hoạt động</h1>{ROWS}")),
        (
            RefusalKind.LISTING,
            _page("Hỏi đáp", "<h1>Hỏi đáp</h1>" + "<p>Hồ sơ gồm gì?</p><p>Trả lời:</p><p>Gồm đơn.</p>" * 3),
        ),
        (
            RefusalKind.FORM,
            _page("Đơn", "<h1>Giấy đề nghị</h1><form>" + "<label>Họ tên<input name=a></label>" * 9 + "</form>"),
        ),
        (RefusalKind.POLL, _page("Thăm dò ý kiến", "<h1>Thăm dò ý kiến</h1><p>Tổng số phiếu: 48.768</p>")),
        (RefusalKind.DIRECTORY, _page("Danh bạ", "<h1>Danh bạ điện thoại</h1>" + "<p>Ông A: 0297 385 3059</p>" * 12)),
        (RefusalKind.EMPTY, _page("Đường dây nóng", "<div class=breadcrumb>Đường dây nóng</div>")),
        (RefusalKind.NOT_HTML, "%PDF-1.7 ..."),
        (RefusalKind.NOT_HTML, "<p>" + "".join(map(chr, range(128))) * 20),
        (RefusalKind.NOT_HTML, '{"items": []}'),
        (RefusalKind.NOT_HTML, '<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>'),
        (RefusalKind.EMPTY, "   "),
        (RefusalKind.TOO_COMPLEX, "<div>" * 400 + "x"),
    ],
)
def test_refused_with_its_kind(kind: RefusalKind, html: str) -> None:
    refusal = refuse(html)
    assert refusal.kind is kind
    assert refusal.reason


def test_home_page() -> None:
    assert refuse(_page("Huyện X", ROWS), url="https://x.gov.vn/").kind is RefusalKind.HOME


@pytest.mark.parametrize(
    "tail",
    [
        "<form>Tên<input name=u>Mật khẩu<input type=password></form>",
        "<div>Thăm dò ý kiến<form>" + "<input type=radio name=a>Tốt" * 4 + "</form></div>",
        f"<h3>Các tin khác</h3>{ROWS}",
        "<form>" + "<input type=text name=c>" * 8 + "</form>",
    ],
)
def test_what_stands_beside_an_article_does_not_refuse_it(tail: str) -> None:
    assert [p.text for p in read(page(tail=tail)).paragraphs] == list(PARAGRAPHS)


def test_words_of_a_block_page_in_an_article() -> None:
    text = "Người dùng gặp thông báo Access Denied hoặc Not Found cần liên hệ bộ phận một cửa để được hỗ trợ kịp thời."
    assert text in read(page(f"<p>{text}</p><p>{PARAGRAPHS[0]}</p>")).text
