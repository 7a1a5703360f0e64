"""What short lines of a portal page say: counters, tools, headings of link lists, form labels, footers.

Every pattern is matched against a *whole* line, so a sentence that mentions "lượt xem", "Thống kê truy cập" or "Đăng
nhập" is none of these. The words are those of Vietnamese portals (and of SharePoint's and Liferay's English).
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache


class Says(StrEnum):
    """What a short line is, when it is not the article's own text."""

    VIEWS = "views"
    FONT = "font"
    SHARE = "share"
    TOOL = "tool"
    RELATED = "related"
    STATISTICS = "statistics"
    LOGIN = "login"
    PERMISSIONS = "permissions"
    LABEL = "label"
    PAGER = "pager"
    TAGS = "tags"
    SKIP = "skip"
    LANGUAGES = "languages"
    FOOTER = "footer"
    COMMENTS = "comments"
    FILES = "files"
    NOTHING = "nothing"


ENDING = frozenset(
    {
        Says.RELATED,
        Says.STATISTICS,
        Says.LOGIN,
        Says.PERMISSIONS,
        Says.LABEL,
        Says.PAGER,
        Says.TAGS,
        Says.FOOTER,
        Says.COMMENTS,
        Says.SHARE,
        Says.TOOL,
        Says.FONT,
        Says.SKIP,
        Says.LANGUAGES,
    }
)
"""Kinds after which, at the tail of an article, no text of it follows."""

_NUMBER = r"(?:[\d.,]{1,15})"
_WHAT = r"(?:bài(?: viết| báo)?|tin(?: bài| tức)?|trang|chuyên mục|mục)"

_PATTERNS: dict[Says, str] = {
    Says.VIEWS: r"(?:số |tổng )?(?:lượt|lần)(?: người)? (?:xem|"
    rf"đọc)(?: {_WHAT})?(?: này)? ?:? ?\(?{_NUMBER}?\)?(?: lượt| lần)?"
    rf"|đã (?:xem|đọc) ?:? ?{_NUMBER}(?: lượt| lần)?|(?:có )?{_NUMBER} (?:lượt|lần|người) (?:xem|đọc)(?: {_WHAT})?"
    rf"|(?:views?|hits?|xem|đọc) ?: ?{_NUMBER}?|{_NUMBER} views?",
    Says.FONT: r"(?:xem (?:với|theo) )?(?:cỡ|kích thước|kích cỡ) (?:chữ|font)(?: chữ)? ?:?(?: ?[aA][+\-]?){0,4}|"
    r"[aA][+\-]?(?: ?[aA][+\-]?){1,3}"
    r"|(?:tăng|giảm|thay đổi)(?: / ?giảm)? (?:cỡ|kích thước) chữ|font size ?:?|[aA][+\-]",
    Says.SHARE: r"(?:chia sẻ|share) ?:?(?: (?:bài viết|bài|tin|trang|này|qua|lên|trên|với|on|this|article|mạng xã hội|"
    r"facebook|zalo|twitter|x|email"
    r"|bạn bè|:|,|và|cho|liên kết|link))*|(?:like|tweet|pinterest|linkedin|facebook|zalo|twitter|"
    r"telegram|messenger|thích|google\+?|gmail)"
    r"|(?:hãy )?(?:theo dõi|follow) .{1,80}?(?:google(?: news| tin tức)?|facebook|zalo|youtube|tiktok|"
    r"fanpage|kênh .{1,40}|mạng xã hội)\.?|theo dõi(?: chúng tôi)?(?: trên)?"
    r"|theo dõi (?:trên|tại|qua) .{1,60}",
    Says.TOOL: rf"(?:in|bản in|xem bản in|print)(?: {_WHAT})?(?: này| ra)?|print send email|(?:gửi|"
    rf"send)(?: {_WHAT})?(?: này)?(?: (?:qua|cho|by|to))?"
    r"(?: (?:email|e-mail|mail|bạn bè|bạn|friend))?|email|(?:lưu|save)(?: bài| tin| trang)?(?: viết)?|"
    r"(?:quay|trở) (?:lại|về)(?: trang trước| trang chủ| đầu trang)?"
    r"|(?:«|<<|‹)? ?(?:quay lại|trở về|back)|(?:về|lên) đầu(?: trang)?|đầu trang|back(?: to)?(?: top)?|"
    r"top|trang chủ|home"
    r"|copy link(?: thành công)?|sao chép (?:liên kết|link)|(?:nghe|đọc)(?: đọc)? (?:bài|tin)(?: viết|"
    r" báo)?|nghe nội dung(?: bài viết)?|tạm dừng"
    r"|phóng to|thu nhỏ|xem thêm(?: \.\.\.|\.\.\.|…| ?[»›>])?|xem tiếp|xem toàn màn hình|đóng(?: lại)?|"
    r"close|báo lỗi|xem chi tiết|chi tiết|đọc tiếp"
    r"|print article|pdf|trợ năng|giọng (?:nam|nữ)|tốc độ đọc|xem theo ngày|đánh giá(?: bài viết)? ?:?|"
    r"bình chọn|(?:xếp hạng|đánh giá) ?:? ?[\d.,/ ]*(?: sao| điểm)?"
    rf"|(?:hãy )?(?:đánh giá|bình chọn|xếp hạng)(?: {_WHAT})?(?: này)? ?:?|\(?{_NUMBER} (?:đánh giá|"
    r"lượt đánh giá|người đã bình chọn|bình chọn|phiếu)\)?",
    Says.RELATED: r"(?:(?:các|những|một số|danh sách) )?(?:tin|bài|thông tin|văn bản|tin bài|bài viết|tin tức|"
    r"tin, bài|chủ đề|nội dung|sự kiện|news|articles?)"
    r"(?: (?:tức|bài|viết|mới|đăng))?"
    r" (?:liên quan|cùng (?:chuyên mục|chủ đề|loại|mục|danh mục|thể loại|lĩnh vực)|khác|đã đưa|đã đăng|"
    r"trước(?: đó)?|sau|tiếp theo|mới(?: hơn| nhất| cập nhật| đăng| đưa)?"
    r"|cũ(?: hơn)?|nổi bật|đọc nhiều(?: nhất)?|xem nhiều(?: nhất)?|được quan tâm|tiêu điểm|nên đọc|"
    r"gần đây|nóng)(?: khác| nhất)?(?: \(?\d{1,4}\)?)?"
    r"|(?:cùng chuyên mục|có thể bạn quan tâm|bạn có thể quan tâm|đọc nhiều(?: nhất)?|"
    r"xem nhiều(?: nhất)?|đọc thêm|tham khảo thêm|tiêu điểm|mới nhất|tin nóng"
    r"|other news|related (?:news|articles?|posts?|content)|latest news|see also|recommended|most read|"
    r"tin mới nhận|tin xem nhiều|liên quan|tin đọc nhiều)",
    Says.STATISTICS: r"(?:thống kê|bộ đếm|số lượt|lượt|lượng|tổng(?: số)?(?: lượt)?|tổng lượng)(?: lượt)? (?:truy cập|"
    r"truy nhập)(?: (?:website|trang|cổng|web))?"
    rf" ?:? ?{_NUMBER}?|(?:đang|số người|người|khách|thành viên)(?: đang)? (?:online|truy cập|"
    rf"trực tuyến) ?:? ?{_NUMBER}?|trực tuyến ?: ?{_NUMBER}"
    r"|(?:hôm nay|hôm qua|trong ngày|trong tuần|tuần này|tuần trước|trong tháng|tháng này|tháng trước|"
    rf"trong năm|năm nay|tất cả|tổng cộng|tổng số|tổng)(?: truy cập)? ?:? ?{_NUMBER}"
    r"|(?:visitors?|online(?: users?)?|today|yesterday|this week|this month|total|"
    rf"all days) ?:? ?{_NUMBER}?|thống kê(?: website| trang)?|you are visitor.{{0,40}}"
    rf"|số người (?:đang )?(?:online|truy cập|xem) ?:? ?{_NUMBER}?|"
    rf"khách(?: thăm)?(?: trực tuyến)? ?: ?{_NUMBER}|thành viên(?: trực tuyến)? ?: ?{_NUMBER}",
    Says.LOGIN: r"(?:(?:vui lòng|hãy|bạn cần|quý khách) )?(?:đăng (?:nhập|ký)|trở thành) .{0,40}?"
    r"để (?:đọc|xem|tiếp tục)\b.{0,60}|"
    r"đăng (?:nhập|xuất|ký)(?: (?:hệ thống|thành viên|tài khoản))?|log ?(?:in|out)|sign (?:in|up|out)|"
    r"quên mật khẩu ?\??|xin chào,?|đăng nhập ?[/|] ?đăng ký",
    Says.PERMISSIONS: r"(?:(?:manage permissions|version history|workflows|alert me|edit item|delete item|view item|"
    r"check out|compliance details|edit properties"
    r"|quản lý quyền|lịch sử phiên bản|\|) ?){1,8}",
    Says.LABEL: r"(?:tiêu đề(?: phụ| con)?|hình ảnh(?: mô tả| đại diện)?|ảnh đại diện|tóm tắt|trích yếu|"
    r"mô tả(?: ngắn)?|nội dung|link thay thế nội dung|ngày xuất bản|ngày đăng(?: tin| bài)?"
    r"|ngày tạo|ngày hết hạn|tin nổi bật|tác giả|người đăng|người duyệt|phân loại|loại bài viết|"
    r"loại tin|loại|thể loại|chuyên mục|danh mục|số trang|số ảnh|trạng thái|lịch sử"
    r"|số lượt người đọc|số lượt đọc|lượt xem|nguồn(?: tin)?|từ khóa|thứ tự|hiển thị|ngôn ngữ|đính kèm|"
    r"tệp đính kèm|ghi chú|approval status|attachments|comments|title|author"
    r"|content type|created|modified|version|keywords|description|page content|image|rollup image|"
    r"scheduling (?:start|end) date|byline|article date)(?: ?\*| ?:)?"
    r"|content type ?: ?.{1,60}|version ?: ?[\d.]{0,8}|created at ?.{0,40}? ?by ?.{0,60}|"
    r"last modified at ?.{0,40}? ?by ?.{0,60}|tin nổi bật ?:?",
    Says.PAGER: r"(?:(?:trang|page) ?:? ?)?(?:(?:đầu|trước|«|<<|‹|<|first|prev(?:ious)?|sau|tiếp|cuối|tiếp theo|"
    r"next|last|»|>>|›|>|→|←|\.\.\.|…|\||trang (?:đầu|trước|sau|cuối|tiếp)|\d{1,5}) ?){2,20}"
    r"|(?:trang|pages?) ?:|trang (?:đầu|trước|sau|cuối|tiếp)(?: theo)?|trang \d{1,5}(?: ?/ ?\d{1,5})?|next|previous",
    Says.TAGS: r"(?:từ khóa|từ khoá|tags?|chủ đề|thẻ)(?: ?:.{0,300})?",
    Says.SKIP: r"skip .{1,30}|truy cập nội dung(?: luôn| chính)?|bỏ qua nội dung(?: chính)?|turn (?:on|"
    r"off) .{1,40}|it looks like your browser does not have javascript enabled.{0,80}"
    r"|chuyển đến nội dung(?: chính)?|to navigate .{1,60}",
    Says.LANGUAGES: r"(?:(?:tiếng việt|tiếng anh|english|vietnamese|việt nam|vietnam|vn|vi|en|français|中文|русский|"
    r"tiếng khmer|ខ្មែរ|lào|\||/|-) ?){2,12}",
    Says.FOOTER: r"(?:©|®|\ufffd|\(c\)|copyright|bản quyền (?:thuộc|của|nội dung|©)|giấy phép (?:số ?:? ?\d|thiết lập|"
    r"hoạt động (?:báo|trang|số)|xuất bản số)|powered by|designed by"
    r"|(?:®|\*)? ?(?:vui lòng |đề nghị |yêu cầu )?ghi rõ nguồn).{0,400}"
    r"|(?:trưởng ban biên tập|(?:phó )?tổng biên tập|(?:người )?chịu trách nhiệm(?: nội dung| chính|"
    r" xuất bản| quản lý)?|cơ quan chủ quản|đơn vị (?:chủ quản|quản lý|thiết kế|vận hành)"
    r"|phát triển bởi|thiết kế(?: và phát triển)?(?: bởi)?|địa chỉ|trụ sở(?: chính)?|tòa soạn|toà soạn|"
    r"(?:số )?điện thoại|đường dây nóng|hotline|thư điện tử|e-?mail|fax|tel|đt|website) ?: ?.{0,400}"
    r"|add ?: ?.{0,400}|hotline\b[^.!?]{0,120}\d{4}.{0,200}"
    r"|(?:cổng|trang) thông tin điện tử .{2,90}|.{0,40}chung nhan tin nhiem mang",
    Says.COMMENTS: r"(?:gửi |viết |xem )?(?:ý kiến|bình luận|phản hồi|góp ý|nhận xét|comments?)(?: (?:của bạn|bạn đọc|"
    rf"độc giả|của bạn đọc|mới|khác))?(?: ?\(?{_NUMBER}\)?)? ?:?"
    r"|(?:ý kiến|bình luận|nội dung)\b.{0,60}(?:kiểm duyệt|tiếng việt có dấu).{0,70}"
    r"|(?:chưa|không) có (?:bình luận|ý kiến|phản hồi|nhận xét)(?: nào)?\.?|(?:leave a (?:reply|"
    r"comment)|post a comment)|(?:vui lòng )?(?:nhập|viết) .{0,30}(?:bình luận|ý kiến).{0,30}",
    Says.FILES: r"(?:(?:các |những |danh sách )?(?:tệp|tập tin|file|files|văn bản|tài liệu)(?: tin)? (?:đính kèm|"
    r"kèm theo)|đính kèm|attachments?|tải (?:về|file|tệp|xuống)(?: (?:file|tệp|văn bản|tài liệu|tại đây|"
    r"đính kèm))*"
    r"|download(?: file)?|tài liệu(?: tải về)?|(?:xem|tải) (?:file|tệp|văn bản) (?:đính kèm|tại đây)) ?:?",
    Says.NOTHING: r"không tìm thấy (?:kết quả|bản ghi)(?: nào| phù hợp)*\.?|"
    r"(?:nội dung|dữ liệu|thông tin|chuyên mục|trang)(?: này)? (?:đang|sẽ|chưa)(?: được)? "
    r"(?:cập nhật|xây dựng|hoàn thiện)\b.{0,40}|"
    r"(?:danh sách (?:tin|bài) ?-? ?)?(?:danh mục tạm thời không có|không có (?:dữ liệu|bản ghi|tin|"
    r"bài viết|văn bản|thông tin|nội dung|video|kết quả)(?: nào)?"
    r"(?: (?:được tìm thấy|phù hợp))?|no video found|no results?|chưa có dữ liệu|"
    r"đang cập nhật(?: dữ liệu)?)\.?",
}

_LONGEST = 420
_SHORT = 140
_ORDER = (
    *(Says.VIEWS, Says.FONT, Says.STATISTICS, Says.FILES, Says.RELATED, Says.LOGIN, Says.PERMISSIONS, Says.LABEL),
    *(Says.SHARE, Says.TOOL, Says.PAGER, Says.TAGS, Says.SKIP, Says.LANGUAGES, Says.COMMENTS, Says.NOTHING),
    Says.FOOTER,
)
"""The first that matches counts: the narrow before the wide."""


def _any_of(kinds: Iterable[Says]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind.name}>{_PATTERNS[kind]})" for kind in kinds), re.IGNORECASE)


_ANY = _any_of(_ORDER)
_FOOTER_ONLY = _any_of(kind for kind in _ORDER if kind in {Says.FOOTER, Says.TAGS})
_VIEW_COUNT = re.compile(
    r"(?:(?:lượt|lần)(?: người)? (?:xem|đọc)(?: (?:bài viết|bài|tin|trang))?(?: này)?|đã (?:xem|đọc)|"
    r"views?|hits?|(?:^|[|(\-–]) ?(?:xem|đọc)) ?:? ?\(?(\d[\d.,]{0,14})"
    r"|(?:^|[|(\-– ])(\d[\d.,]{0,14}) (?:lượt|lần|người) (?:xem|đọc)|^(\d[\d.,]{0,14}) views?$",
    re.IGNORECASE,
)
_VIEW_LABEL = re.compile(
    r"(?:số |tổng )?(?:lượt|lần)(?: người)? (?:xem|đọc)(?: (?:bài viết|bài|tin))? ?:?|views? ?:?", re.IGNORECASE
)
_BULLETS = " \t•·▪►▸»›>|-–—*+~#:;,.\u25cf\u25a0\u2022\uf0b7()[]"


@lru_cache(maxsize=16384)
def says(text: str) -> Says | None:
    """Return what a whole line is, or None where it may be the article's own."""
    if len(text) > _SHORT:
        if len(text) > _LONGEST:
            return None
        pattern = _FOOTER_ONLY
    else:
        pattern = _ANY
    bare = text.strip(_BULLETS)
    found = pattern.fullmatch(text) or (pattern.fullmatch(bare) if bare != text else None)
    return Says[found.lastgroup] if found is not None and found.lastgroup else None


def says_all(text: str, pieces: Sequence[str]) -> Says | None:
    """Return what a line is by its whole text, or by its pieces (links, spans) if each is some tool or counter."""
    kind = says(text)
    if kind is not None or len(pieces) < 2 or sum(map(len, pieces)) < 0.7 * len(text):
        return kind
    kinds = [says(piece) for piece in pieces if piece]
    return kinds[0] if all(kinds) else None


def view_count(text: str) -> int | None:
    """Return the number of a views line ("Lượt xem: 1.311", "Lượt người xem: 128"), or None."""
    match = _VIEW_COUNT.search(text)
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[1] or match[2] or match[3])
    return int(digits) if digits else None


def is_view_label(text: str) -> bool:
    """Whether a line is the bare label of a view counter, whose number stands in the next line."""
    return _VIEW_LABEL.fullmatch(text.strip()) is not None
