"""What the pages call views and columns in Vietnamese; what has no name here goes by its own."""

import json
from datetime import datetime
from typing import Any

from storage.vocabulary import Cause, Change

VIEWS = {
    "v1_articles": "Bài",
    "v1_article_versions": "Phiên bản",
    "v1_version_captures": "Bản lưu của từng phiên bản",
    "v1_readings": "Lượt đọc",
    "v1_addresses": "Địa chỉ",
    "v1_images": "Ảnh",
    "v1_attachments": "Tệp đính kèm",
    "v1_view_counts": "Lượt xem",
    "v1_changes": "Dòng thay đổi",
    "v1_restorations": "Lần khôi phục từ bản sao lưu",
    "v1_search": "Từ ngữ đã gấp",
    "v1_document_numbers": "Số hiệu văn bản được nhắc đến",
    "v1_links": "Bài giống nhau",
    "v1_stories": "Nhóm tin",
    "v1_story_articles": "Bài của nhóm tin",
    "v1_coverage": "Độ đủ theo chuyên mục và tháng",
    "v1_portals": "Cổng",
    "v1_runs": "Lần chạy",
    "v1_refusals": "Trang không thành bài",
}

COLUMNS = {
    "portal": "cổng",
    "section": "chuyên mục",
    "sort_date": "năm",
    "change": "thay đổi",
    "cause": "do ai",
    "kind": "loại",
    "state": "trạng thái",
    "verdict": "kết cục",
    "month": "tháng",
    "reason": "lý do",
}
"""Of columns that rows are counted by."""

FACTS = {
    "url": "Địa chỉ",
    "portal": "Cổng",
    "kind": "Loại",
    "section": "Chuyên mục",
    "authors": "Tác giả",
    "byline_raw": "Dòng ký tên",
    "source_credit": "Nguồn dẫn",
    "published_at": "Đăng lúc",
    "published_precision": "Độ chính xác",
    "published_basis": "Căn cứ",
    "published_missing_reason": "Không có ngày vì",
    "inferred_from": "Sớm nhất",
    "inferred_to": "Muộn nhất",
    "event_date": "Ngày sự kiện",
    "sort_date": "Ngày xếp",
    "sort_date_basis": "Ngày xếp theo",
    "unit_name": "Đơn vị lúc đăng",
    "unit_name_today": "Đơn vị hiện nay",
    "province_name": "Tỉnh lúc đăng",
    "province_name_today": "Tỉnh hiện nay",
    "language": "Ngôn ngữ",
    "reuse": "Sử dụng lại",
    "first_seen_at": "Thấy lần đầu",
    "last_seen_at": "Thấy lần cuối",
    "gone_at": "Không còn từ",
}
"""Columns of `v1_articles` that an article's page has in its table, in its order."""

FIELDS = {"title": "Tiêu đề", "lead": "Tóm tắt", "text": "Nội dung"}

CHANGES = {
    Change.CREATED: "mới",
    Change.UPDATED: "cổng sửa",
    Change.REREAD: "đọc lại",
    Change.RELINKED: "đổi địa chỉ hoặc tệp",
    Change.GONE: "không còn",
    Change.RESTORED: "có lại",
    Change.WITHDRAWN: "rút",
}
CAUSES = {Cause.SOURCE: "cổng", Cause.REREAD: "đọc lại", Cause.CORRECTION: "ta chỉnh"}


FILES = {"wanted": "chưa tải", "stored": "đã lưu", "failed": "không tải được", "not_allowed": "loại tệp không lưu"}
"""States of attachments."""


def moment(value: str | None) -> str:
    """Return a view's time as Vietnamese pages print it; other texts as they are."""
    try:
        return datetime.fromisoformat(value or "").strftime("%d/%m/%Y %H:%M")
    except ValueError:
        return value or ""


def number(value: int) -> str:
    """Return a count with dots between thousands."""
    return f"{value:,}".replace(",", ".")


def listed(value: Any) -> str:
    """Return a value in one line; lists come as JSON text from SQLite, as lists from PostgreSQL."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
