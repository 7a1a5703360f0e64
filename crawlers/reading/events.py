"""When what the article tells of happened, and the bounds that it sets on an unprinted publication date.

Only the opening of the lead or the first paragraph is read ("Ngày 23/3/2021, UBND tỉnh …", "Chiều 13/12, …"). A year
that is not written comes from evidence: the publication date, else years named in title and lead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DAY = r"(?P<day>\d{1,2}) ?[/.\-] ?(?P<month>\d{1,2})(?: ?[/.\-] ?(?P<year>\d{4}))?"
_OPENING = re.compile(
    r"(?:\([^)]{1,40}\) ?[-–]? ?)?(?:[^\W\d]+(?: [^\W\d]+){0,3} ?[-–,:] ?)?(?:(?:vào |"
    r"trong )?(?:lúc )?(?:\d{1,2} ?(?:giờ|h|:)? ?\d{0,2}'?,? ?)?"
    r"(?:(?:sáng|trưa|chiều|tối|đêm|rạng sáng|cuối)(?: sớm| muộn)? )?(?:(?:nay|"
    rf"qua),? ?)?(?:\(? ?)?(?:(?:hôm|thứ [a-zà-ỹ0-9]+,?|chủ nhật,?) )?(?:ngày )?){_DAY}(?![\d/])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"(?:(?:sáng|trưa|chiều|tối|đêm|vào|"
    r"trong) ){0,2}(?:ngày )?(?P<day>\d{1,2}) tháng (?P<month>\d{1,2})(?:,? năm (?P<year>\d{4}))?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:năm |/)((?:19|20)\d\d)\b", re.IGNORECASE)
_HEAD = 90


@dataclass(frozen=True, slots=True)
class Event:
    """The day, the words that name it, and where its year is from."""

    day: date
    raw: str
    year_from: str


def event_date(
    title: str, lead: str | None, first: str, published: datetime | None, fetched_at: datetime | None
) -> Event | None:
    """Return the day that the lead (or the first paragraph) opens with, or None."""
    for text in (lead, first):
        if not text:
            continue
        opening = text[:_HEAD]
        match = _OPENING.match(opening) or _SPELLED.match(opening)
        if match is None:
            if lead:
                continue
            return None
        year, source = (int(match["year"]), "printed") if match["year"] else _year(match, title, text, published)
        if year is None:
            return None
        try:
            day = date(year, int(match["month"]), int(match["day"]))
        except ValueError:
            return None
        known = published or fetched_at
        if known is not None and day > known.date() + timedelta(days=1):
            return None
        return Event(day, match[0].strip(" ,("), source)
    return None


def _year(match: re.Match[str], title: str, text: str, published: datetime | None) -> tuple[int | None, str]:
    if published is not None:
        for year in (published.year, published.year - 1):
            try:
                if date(year, int(match["month"]), int(match["day"])) <= published.date() + timedelta(days=1):
                    return year, "publication date"
            except ValueError:
                continue
        return None, ""
    for source, where in (("title", title), ("lead", text)):
        years = sorted({int(year) for year in _YEAR.findall(where)})
        if years:
            return _likeliest(years), source
    return None, ""


def _likeliest(years: Sequence[int]) -> int:
    """Of "tổng kết năm 2022, nhiệm vụ năm 2023" the first: an event reviews what is past and plans what comes."""
    return years[0]
