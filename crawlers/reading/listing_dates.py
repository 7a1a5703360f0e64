"""Dates in the rows of listings, kept as printed: which line prints one. `crawlers.reading.dates` reads them."""

import re

_EDGE = 60  # letters at a text's edge in which a date in brackets is looked for

_DAY = (
    r"(?:[0-3]?\d ?[/.-] ?[01]?\d ?[/.-] ?(?:19|20)?\d\d(?!\d)|"
    r"(?:19|20)\d\d-[01]\d-[0-3]\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)"
)
_WRITTEN = r"(?:ngày ?)?[0-3]?\d tháng [01]?\d,? ?(?:năm )?(?:19|20)\d\d|[0-3]?\d (?:tháng|thg) [01]?\d,? (?:19|20)\d\d"
_CLOCK = r"[0-2]?\d ?[:h] ?[0-5]\d(?: ?[:'] ?[0-5]?\d?)?(?: ?(?:AM|PM|SA|CH)\b)?'?|[0-2]?\d giờ(?: [0-5]?\d(?: phút)?)?"
_AGO = r"\d+ (?:giây|phút|giờ|ngày|tuần|tháng|năm) trước|hôm (?:qua|nay)|vừa xong"
_WEEKDAY = r"thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|\bT[2-7]\b|\bCN\b"
_ZONE = r"\(?(?:GMT|UTC) ?[+-] ?\d{1,2}(?::?\d\d)?\)?"
_DATE = re.compile(f"{_DAY}|{_WRITTEN}|{_AGO}", re.IGNORECASE)
_MOMENT = re.compile(f"{_DAY}|{_WRITTEN}|{_AGO}|{_WEEKDAY}|{_ZONE}|{_CLOCK}", re.IGNORECASE)
_LABEL = re.compile(
    r"ngày (?:đăng(?: (?:tin|bài|tải))?|xuất bản|tạo|cập nhật|ban hành|viết|phát hành)|"
    r"(?:đăng|cập nhật|xuất bản) (?:lúc|ngày|vào)|thời gian|cập nhật|đăng bởi|đã xem|"
    r"post(?:ed)?(?: (?:date|on))?|published(?: (?:on|date))?|updated|date|"
    r"(?:lượt|số lượt|số lần|số người|lượt người) (?:xem|đọc|truy cập)|lượt|views?|xem|bình luận|comments?|"
    r"ngày|lúc|vào|đăng|tin mới|new|mới",
    re.IGNORECASE,
)
_NEAR = re.compile(r"\b(?:lúc|ngày|vào)\b", re.IGNORECASE)
_LABEL_LETTERS, _REST_LETTERS = 14, 6  # an unknown label before the date; after it hardly anything
_LETTERS = re.compile(r"[^\W\d_]")
_BRACKETED_END = re.compile(
    rf"\s*[(\[]\s*((?:{_CLOCK}|{_DAY}|{_WEEKDAY}|ngày|[ ,|–-])*{_DAY}(?:{_CLOCK}|[ ,|–-])*)\s*[)\]]\s*$", re.IGNORECASE
)
_DATED_START = re.compile(
    rf"^\s*(?:[(\[]\s*({_DAY}(?:{_CLOCK}|[ ,|–-])*)\s*[)\]]|({_DAY})\s*[-–:|])\s*(?=\S)", re.IGNORECASE
)


def printed_date(line: str) -> str:
    """Return the date of a line that says nothing else (labels, clock, weekday and counters aside), else ""."""
    if len(line) > 110 or not (found := _DATE.search(line)):
        return ""
    label = _LABEL.sub(" ", _MOMENT.sub(" ", line[: found.start()]))
    rest = _LABEL.sub(" ", _MOMENT.sub(" ", line[found.end() :]))
    if len(_LETTERS.findall(label)) > _LABEL_LETTERS or len(_LETTERS.findall(rest)) > _REST_LETTERS:
        return ""
    # A clock or weekday belongs to the date only next to it: "21/07/2022 | 10:00", not the number in "Lượt xem: 12".
    start, end = found.span()
    moments = list(_MOMENT.finditer(line))
    for moment in reversed(moments):
        if moment.end() <= start and not _LETTERS.search(_LABEL.sub("", line[moment.end() : start])):
            start = moment.start()
    for moment in moments:
        if moment.start() >= end and not _LETTERS.search(_NEAR.sub("", line[end : moment.start()])):
            end = moment.end()
    return line[start:end].strip()


def split_date(text: str, date: str) -> tuple[str, str]:
    """Take a date that stands in brackets at the end of a text, or before it, out of the text."""
    if match := _BRACKETED_END.search(text, max(0, len(text) - _EDGE)):
        return text[: match.start()], date or match[1].strip()
    if match := _DATED_START.match(text[:_EDGE]):
        return text[match.end() :], date or (match[1] or match[2]).strip()
    return text, date
