"""Dates as Vietnamese portals print them.

Day first, always; never "now"; a part that is not printed is not made up. General date parsers fail here: they read
05/11/2016 as 11 May, take percentages for years, and complete what is missing with today's date.

Every quantifier is bounded, so the time is linear in the text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Literal

from storage.records import VIETNAM, Precision
from storage.text import nfc

FIRST_YEAR = 1990  # no portal is older; 1/1/0001 and 1/1/1900 are unset fields

_MONTH_WORDS = dict.fromkeys(("giêng", "một"), 1) | dict.fromkeys(("tư", "bốn"), 4) | dict.fromkeys(("bảy", "bẩy"), 7)
_MONTH_WORDS |= {"hai": 2, "ba": 3, "năm": 5, "sáu": 6, "tám": 8, "chín": 9, "mười": 10, "mười một": 11}
_MONTH_WORDS |= dict.fromkeys(("mười hai", "chạp"), 12)
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY_WORDS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_DAY = r"(?<![0-9/_])(?P<day>[0-9]{1,2})"
# Not a date: 12/5/2021/QĐ-UBND, 1.2.2003.4, 23-3-2021-IMG_8647.jpg, 24/03/2021_1.
_NO_MORE = r"(?![0-9_]|/\w|\.[0-9]|-[^\W0-9])"
_SPACE = r"\s{0,3}"
# `năm` is also "year": "6 tháng năm 2021" is half a year, "tháng năm năm 2021" and "5 Tháng Năm, 2021" are May.
_WORDED = (
    "mười một|mười hai|mười|giêng|một|hai|ba|tư|bốn|sáu|bảy|bẩy|tám|chín|chạp|"
    r"năm(?=\s{1,3}năm|\s?,|\s{1,3}[0-9]{1,2}\s?,)"
)
_MONTH = rf"(?:(?:tháng|thg\.?|th\.?){_SPACE}(?P<month>[0-9]{{1,2}}|{_WORDED})(?!\w))"
_ENGLISH_MONTH = (
    r"(?P<english>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_WHOLE = _compiled(
    r"(?<![0-9/_.-])(?P<year>(?:19|20)[0-9]{2})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})"
    + _NO_MORE,
    rf"{_DAY}\s{{0,2}}/\s{{0,2}}(?P<month>[0-9]{{1,2}})\s{{0,2}}/\s{{0,2}}(?P<year>(?:19|20)[0-9]{{2}}|[0-9]{{2}}){_NO_MORE}",
    rf"{_DAY}\s{{0,2}}-\s{{0,2}}(?P<month>[0-9]{{1,2}})\s{{0,2}}-\s{{0,2}}{_YEAR}{_NO_MORE}",
    rf"{_DAY}\.(?P<month>[0-9]{{1,2}})\.{_YEAR}{_NO_MORE}",
    rf"{_DAY}{_SPACE}[/-]?{_SPACE}{_MONTH}{_SPACE}(?:,|/|-|năm)?{_SPACE}{_YEAR}",
    rf"(?<!\w){_MONTH}\s{{1,3}}(?P<day>[0-9]{{1,2}})\s?,{_SPACE}{_YEAR}",
    rf"{_DAY}(?:st|nd|rd|th)?[\s-]{{0,3}}{_ENGLISH_MONTH}[\s,-]{{0,3}}{_YEAR}",
    rf"(?<!\w){_ENGLISH_MONTH}\s{{1,3}}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}{_YEAR}",
)
_MONTH_ONLY = re.compile(rf"(?<!\w){_MONTH}{_SPACE}(?:,|/|-|năm)?{_SPACE}{_YEAR}{_NO_MORE}", re.IGNORECASE)
_NO_YEAR = re.compile(r"(?<![0-9/.,_-])(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})(?![0-9_%/]|[.,-][0-9]|\s?/)")
_NO_YEAR_WORDED = re.compile(rf"{_DAY}\s{{1,3}}tháng\s{{1,3}}(?P<month>[0-9]{{1,2}}|{_WORDED})(?!\w)", re.IGNORECASE)
_RELATIVE = re.compile(
    r"(?<!\w)(?:(?:[0-9]{1,3}|một|vài|mấy)\s{1,3}(?:giây|phút|giờ|tiếng|ngày|tuần|tháng|năm)\s{1,3}trước|"
    r"cách\s{1,3}đây\s{1,3}(?:[0-9]{1,3}|một|vài|mấy)\s{1,3}(?:giây|phút|giờ|tiếng|ngày|tuần|tháng|năm)|"
    r"(?:hôm|sáng|trưa|chiều|tối|đêm)\s{1,3}(?:nay|qua|kia)|vừa\s{1,3}xong|mới\s{1,3}đây|"
    r"(?:[0-9]{1,3}|an?)\s{1,3}(?:second|minute|hour|day|week|month|year)s?\s{1,3}ago|yesterday|today|just\s{1,3}now)(?!\w)",
    re.IGNORECASE,
)

_WEEKDAY = (
    r"(?:(?<!\w)(?:thứ\s{0,2}(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s{0,2}nhật|(?-i:CN|T\s?[2-7]|Th\.?\s?[2-7])|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?!\w))"
)
_WEEKDAYS = re.compile(_WEEKDAY, re.IGNORECASE)
_TIME = re.compile(
    r"(?<![0-9:/.])(?P<hour>[0-9]{1,2})"
    r"(?:\s?(?:h|g|giờ)\s?:?\s?(?P<m1>[0-9]{1,2})(?![0-9])(?:\s?(?:['’′]|p(?:hút)?(?!\w)))?|"
    r"\s?:\s?(?P<m2>[0-9]{1,2})(?![0-9])(?:\s?:\s?(?P<second>[0-9]{1,2})(?![0-9])(?:[.,][0-9]{1,9})?)?|"
    r"\s?(?:h|giờ)(?![\w:]))"
    r"(?:\s?(?P<half>SA|CH|[AP]\.?M\.?|sáng|trưa|chiều|tối|đêm)(?!\w))?"
    r"(?:\s?\(?\s?(?:GMT|UTC)\s?(?P<gmt>[+-]\s?[0-9]{1,2}(?::?[0-9]{2})?)?(?!\w)\)?|"
    r"(?P<zone>Z(?!\w)|[+-][0-9]{2}:?[0-9]{2}(?![0-9/.-])))?",
    re.IGNORECASE,
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF0D, 0xFF1B)}
_LONGEST_GAP = 40
_LONGEST_LINE = 2000
_GAP = re.compile(
    rf"(?:[\s,;:|()\[\]•·*/–—-]|lúc|vào|hồi|ngày|hôm|giờ|sáng|trưa|chiều|tối|đêm|at|on|(?-i:T)|{_WEEKDAY})*",
    re.IGNORECASE,
)
_HALF_BEFORE = re.compile(r"(?<!\w)(sáng|trưa|chiều|tối|đêm)[\s,:]{0,3}(?:(?:ngày|lúc)\s{1,3})?$", re.IGNORECASE)
_HALF = re.compile(r"(?<!\w)(sáng|trưa|chiều|tối|đêm)(?!\w)", re.IGNORECASE)
# What makes 13/12 a day and not a ratio: a word before it, or a time beside it.
_DAY_CUE = re.compile(
    rf"(?:(?<!\w)(?:ngày|sáng|trưa|chiều|tối|đêm|hôm|mồng|mùng)|{_WEEKDAY})[\s,:(]{{0,3}}$", re.IGNORECASE
)
_UPDATE = re.compile(r"cập nhật|sửa|update|modified", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as printed.

    Attributes:
        value: the time in +07:00, parts that are not printed at their least; None without a year.
        precision: how exactly it is printed. Midnight to the minute counts as an unset time: it is what a field without
            a time prints.
        kind: `absolute` (a whole day), `partial` (month and year, or day and month), `relative` ("hôm qua").
        raw: the text it stands in: date, time, weekday and what is between.
        weekday_ok: whether a weekday beside it is that of the date; None without one.
        start: offset of `raw` in the text (in NFC).
        end: offset of its end.
        month: month, if printed.
        day: day of the month, if printed.
    """

    value: datetime | None
    precision: Precision
    kind: Literal["absolute", "partial", "relative"]
    raw: str
    weekday_ok: bool | None
    start: int
    end: int
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class _Day:
    """Where a day stands, and what is printed of it."""

    start: int
    end: int
    year: int | None
    month: int
    day: int | None


def _plain(text: str) -> str:
    """The text in NFC, with digits and signs of full width (U+FF0D to U+FF1A) as ASCII ones."""
    return nfc(text).translate(_FULL_WIDTH)


def read_date(text: str) -> PrintedDate | None:
    """Return the date that a slot for one prints, or None.

    Of several, a whole date goes before a part, and what is not called an update before what is; else the first is
    taken. Prose is no slot: which of its dates is meant cannot be told.
    """
    text = _plain(text)
    found = find_dates(text)
    for kind in ("absolute", "partial", "relative"):
        of_kind = [date for date in found if date.kind == kind]
        if of_kind:
            ends = [0, *(date.end for date in of_kind)]
            labels = [text[end : date.start] for end, date in zip(ends, of_kind, strict=False)]
            fresh = [date for date, label in zip(of_kind, labels, strict=True) if not _UPDATE.search(label)]
            return (fresh or of_kind)[0]
    return None


def find_dates(text: str) -> list[PrintedDate]:
    """Return the dates in a line of text, in order. Years before 1990 and impossible days are none.

    Ratios (50/50, 1.374/1.761), document numbers (05/2021/QĐ-UBND), quarters and years alone are no dates. Only the
    first 2,000 characters are looked at: what is longer is no line.
    """
    text = _plain(text)[:_LONGEST_LINE]
    times = list(_TIME.finditer(text))
    days = list(_days(text, times))
    found = [_printed(text, day, time) for day, time in zip(days, _pair(text, days, times), strict=True)]
    taken = [(date.start, date.end) for date in found]
    found += [
        PrintedDate(None, Precision.DAY, "relative", match[0], None, match.start(), match.end())
        for match in _RELATIVE.finditer(text)
        if all(match.end() <= start or end <= match.start() for start, end in taken)
    ]
    return sorted(found, key=lambda date: date.start)


def _days(text: str, times: Sequence[re.Match[str]]) -> Iterator[_Day]:
    """Yield the days in the text, in order; where two readings overlap, the earlier and longer one counts."""
    matches = [match for pattern in _WHOLE for match in pattern.finditer(text)]
    matches += _MONTH_ONLY.finditer(text)
    matches += [
        match
        for pattern in (_NO_YEAR, _NO_YEAR_WORDED)
        for match in pattern.finditer(text)
        if _DAY_CUE.search(text[max(0, match.start() - _LONGEST_GAP) : match.start()])
        or any(_is_gap(text, match, time) for time in times)
    ]
    end = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end:
            end = match.end()
            if (day := _day_of(match)) is not None and not _ends_a_range(text, match, times):
                yield day


def _day_of(match: re.Match[str]) -> _Day | None:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    if year is not None and year < 100:  # 24/3/21
        year += 2000 if year < 70 else 1900
    if parts.get("english"):
        month = _ENGLISH_MONTHS.index(parts["english"][:3].lower()) + 1
    else:
        word = parts["month"].lower()
        month = _MONTH_WORDS.get(word) or (int(word) if word.isdigit() else 0)
    day = int(parts["day"]) if parts.get("day") else None
    try:
        datetime(year or 2000, month, day or 1, tzinfo=VIETNAM)  # 29/2 may stand without its year
    except ValueError:
        return None
    if day == 0 or (year is not None and year < FIRST_YEAR):  # 00/05/2021 is an unset field, no month
        return None
    return _Day(match.start(), match.end(), year, month, day)


def _ends_a_range(text: str, match: re.Match[str], times: Sequence[re.Match[str]]) -> bool:
    """Whether the day is the tail of something longer: 01-05/11/2016, 12.24.03.2021. A time or `T4,` is not."""
    at = match.start()
    if not re.search(r"[0-9][.,–-]$", text[max(0, at - 2) : at]):
        return False
    weekdays = _WEEKDAYS.finditer(text, max(0, at - _LONGEST_GAP), at)
    return all(before.end() != at - 1 for before in (*times, *weekdays))


def _is_gap(text: str, day: re.Match[str] | _Day, time: re.Match[str]) -> bool:
    """Whether nothing but separators, a weekday and words like `lúc` stands between a day and a time."""
    start, end = (day.start(), day.end()) if isinstance(day, re.Match) else (day.start, day.end)
    left, right = (end, time.start()) if end <= time.start() else (time.end(), start)
    return 0 <= right - left <= _LONGEST_GAP and _GAP.fullmatch(text, left, right) is not None


def _pair(text: str, days: Sequence[_Day], times: Sequence[re.Match[str]]) -> list[re.Match[str] | None]:
    """Give each day the time that is printed with it: a line has its times all before or all after their days."""
    outside = [time for time in times if all(time.end() <= day.start or day.end <= time.start() for day in days)]
    before = bool(days and outside and outside[0].start() < days[0].start)
    paired: list[re.Match[str] | None] = []
    for at, day in enumerate(days):
        low = days[at - 1].end if at else 0
        high = days[at + 1].start if at + 1 < len(days) else len(text)
        beside = [time for time in outside if low <= time.start() and time.end() <= high and _is_gap(text, day, time)]
        nearest = min(beside, key=partial(_rank, day, before), default=None)
        outside = [time for time in outside if time is not nearest]
        paired.append(nearest)
    return paired


def _rank(day: _Day, before: bool, time: re.Match[str]) -> tuple[bool, int]:  # noqa: FBT001  # for sorting only
    return (time.start() < day.start) != before, abs(time.start() - day.start)


def _printed(text: str, day: _Day, time: re.Match[str] | None) -> PrintedDate:
    start = min([day.start, *([time.start()] if time else [])])
    end = max([day.end, *([time.end()] if time else [])])
    weekday = _weekday_beside(text, day, start, end)
    if weekday is not None:
        start, end = min(start, weekday.start()), max(end, weekday.end())
    value, precision = None, Precision.DAY
    if day.year is not None:
        value = datetime(day.year, day.month, day.day or 1, tzinfo=VIETNAM)
        precision = Precision.DAY if day.day else Precision.MONTH
        if time is not None and day.day:
            half = time["half"] or _half_beside(text, start, end)
            value, precision = _with_time(value, time, half.replace(".", "").lower())
    whole = value is not None and precision is not Precision.MONTH
    return PrintedDate(
        value=value,
        precision=precision,
        kind="absolute" if whole else "partial",
        raw=text[start:end],
        weekday_ok=None if weekday is None or value is None or not whole else _weekday(weekday[0]) == value.weekday(),
        start=start,
        end=end,
        month=day.month,
        day=day.day,
    )


def _half_beside(text: str, start: int, end: int) -> str:
    """Return the half of the day told apart from its clock: `chiều 24/3/2021 lúc 2h30`."""
    match = _HALF.search(text, start, end) or _HALF_BEFORE.search(text[max(0, start - _LONGEST_GAP) : start])
    return match[1] if match else ""


def _weekday_beside(text: str, day: _Day, start: int, end: int) -> re.Match[str] | None:
    """Find a weekday between day and time, or with nothing but separators before or after them."""
    for match in _WEEKDAYS.finditer(text, max(0, start - _LONGEST_GAP), min(len(text), end + _LONGEST_GAP)):
        if match.start() < day.end and day.start < match.end():
            continue  # the month of `24 Th3, 2021`
        left, right = (match.end(), start) if match.end() <= start else (end, match.start())
        if left >= right or _GAP.fullmatch(text, left, right):
            return match
    return None


def _weekday(text: str) -> int:
    word = text.lower()
    if word[0] == "c":
        return 6
    if word[:3] in _ENGLISH_WEEKDAYS:
        return _ENGLISH_WEEKDAYS.index(word[:3])
    if word[-1].isdigit():
        return int(word[-1]) - 2
    return next(number for name, number in _WEEKDAY_WORDS.items() if word.endswith(name))


def _with_time(day: datetime, match: re.Match[str], half: str) -> tuple[datetime, Precision]:
    """Set the time of a day; one that cannot be, or is unset, leaves the day as it is."""
    hour = _hour(int(match["hour"]), half)
    minute, second = int(match["m1"] or match["m2"] or 0), int(match["second"] or 0)
    if hour is None or hour > 23 or minute > 59 or second > 59:
        return day, Precision.DAY
    zone = _zone(match)
    value = day.replace(hour=hour, minute=minute, second=second, tzinfo=zone).astimezone(VIETNAM)
    if hour == minute == second == 0:
        return day, Precision.DAY
    if value.hour == value.minute == value.second == 0:  # midnight here, told in another zone
        return value, Precision.DAY
    return value, Precision.SECOND if match["second"] else Precision.MINUTE


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of 24; None if clock and half of the day contradict each other (14:20 SA)."""
    if half in {"sa", "am"}:
        return hour % 12 if hour <= 12 else None
    if half in {"ch", "pm", "chiều"}:
        return hour % 12 + 12 if 1 <= hour <= 12 else (hour or None)
    if half in {"tối", "đêm"}:
        return hour + 12 if 5 <= hour <= 11 else (hour if hour >= 13 or (half == "đêm" and 0 < hour < 5) else None)
    if half == "trưa":
        return hour + 12 if hour in {1, 2} else hour
    return hour if half != "sáng" or hour <= 12 else None


def _zone(match: re.Match[str]) -> timezone:
    offset = (match["gmt"] or match["zone"] or "").replace(" ", "").replace(":", "")
    if not offset:
        return UTC if re.search(r"GMT|UTC", match[0], re.IGNORECASE) else VIETNAM
    if offset in {"Z", "z"}:
        return UTC
    hours, minutes = (int(offset[1:-2]), int(offset[-2:])) if len(offset) > 3 else (int(offset[1:]), 0)
    if hours > 14 or minutes > 59:  # no zone has it; the clock is local
        return VIETNAM
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset[0] == "-" else distance)
