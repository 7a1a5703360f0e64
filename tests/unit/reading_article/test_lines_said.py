"""What short lines say, and that sentences say nothing of the kind."""

import time

import pytest

from crawlers.reading.lines import Says, says, view_count


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Lượt xem: 311", Says.VIEWS),
        ("Lượt người xem: 128", Says.VIEWS),
        ("Xem với cỡ chữAA", Says.FONT),
        ("Chia sẻ bài viết", Says.SHARE),
        ("Theo dõi Báo Long An trên Google News", Says.SHARE),
        ("In bài", Says.TOOL),
        ("Quay lại", Says.TOOL),
        ("Tin liên quan", Says.RELATED),
        ("CÙNG CHUYÊN MỤC", Says.RELATED),
        ("Thống kê truy cập", Says.STATISTICS),
        ("• Tất cả: 2,555,247", Says.STATISTICS),
        ("Đăng nhập", Says.LOGIN),
        ("Manage PermissionsManage Permissions", Says.PERMISSIONS),
        ("Ngày xuất bản", Says.LABEL),
        ("Content Type: Tin Tức Mở Rộng", Says.LABEL),
        ("1 2 3 4 5 ...", Says.PAGER),
        ("Tiếng Việt | English", Says.LANGUAGES),
        ("Skip Ribbon Commands", Says.SKIP),
        ("Địa chỉ: Tầng 2, Khối nhà cơ quan 4", Says.FOOTER),
    ],
)
def test_whole_lines(text: str, kind: Says) -> None:
    assert says(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Trang thông tin đã đạt 1.000 lượt xem chỉ sau hai ngày đăng tải.",
        "Người dân bấm Đăng nhập, chọn mục Thống kê truy cập để xem số liệu.",
        "Thống kê truy cập cho thấy người dân quan tâm đến thủ tục đất đai.",
        "Điện thoại đã bị bẻ khóa thì ứng dụng ngân hàng tự ngừng hoạt động.",
        "Giấy phép hoạt động được cấp cho ba doanh nghiệp trên địa bàn.",
        "Quang cảnh hội nghị.",
        "Theo Báo Lào Cai điện tử",
    ],
)
def test_sentences_say_nothing(text: str) -> None:
    assert says(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("Lượt xem: 311", 311), ("Số lượt xem: 46.695", 46695), ("1,024 lượt xem", 1024), ("Hôm nay: 337", None)],
)
def test_view_count(text: str, count: int | None) -> None:
    assert view_count(text) == count


@pytest.mark.parametrize(
    "text", ["1 " * 70, "trang " * 23, "theo dõi " * 15, "manage permissions " * 7 + "x", "a- " * 46]
)
def test_no_line_takes_long(text: str) -> None:
    start = time.perf_counter()
    says(text[:140])
    assert time.perf_counter() - start < 0.05
