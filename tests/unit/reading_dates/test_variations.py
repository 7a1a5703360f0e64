"""Dates as an editor may set them: every way to write the day, with every way to write the time, order and noise."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from crawlers.reading.dates import read_date
from storage.records import VIETNAM, Precision

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
DAYS = (
    "{0:%d/%m/%Y}",
    "{0.day}/{0.month}/{0.year}",
    "{0:%d-%m-%Y}",
    "{0:%d.%m.%Y}",
    "{0:%d / %m / %Y}",
    "{0:%Y-%m-%d}",
    "{0:%d/%m/%y}",
    "ngày {0.day} tháng {0.month} năm {0.year}",
    "Ngày {0:%d} tháng {0:%m}, {0.year}",
    "{0.day} Tháng {0.month}, {0.year}",
)
TIMES = (
    "{0:%H:%M}",
    "{0.hour}h{0:%M}",
    "{0:%H} giờ {0:%M} phút",
    "{0:%I:%M %p}",
    "{0:%H:%M} GMT+7",
    "{0:%H:%M} (GMT+7)",
)
SEPARATORS = (" ", " - ", ", ", " | ", "\u00a0", "\u00a0- ")
NOISE = ("", "Cập nhật lúc: ", "Ngày đăng: ", "Đăng ngày ", "Ngày xuất bản: ", "Thời gian: ")
FULL_WIDTH = {code: code + 0xFEE0 for code in map(ord, "0123456789/:-.")}


def as_it_is(text: str) -> str:
    return text


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


@given(
    at=st.datetimes(datetime.fromisoformat("1998-01-01"), datetime.fromisoformat("2029-12-31")),
    day=st.sampled_from(DAYS),
    time=st.sampled_from(TIMES),
    separator=st.sampled_from(SEPARATORS),
    noise=st.sampled_from(NOISE),
    dressed=st.sampled_from((as_it_is, decomposed, unbroken, full_width)),
    weekday=st.booleans(),
    time_first=st.booleans(),
)
def test_read_however_it_is_set(
    at: datetime,
    day: str,
    time: str,
    separator: str,
    noise: str,
    dressed: Callable[[str], str],
    *,
    weekday: bool,
    time_first: bool,
) -> None:
    pieces = [day.format(at), time.format(at)]
    text = separator.join(reversed(pieces) if time_first else pieces)
    if weekday:
        text = f"{WEEKDAYS[at.weekday()]}, {text}"
    found = read_date(dressed(noise + text))
    assert found is not None
    assert found.value is not None
    assert found.value.astimezone(VIETNAM).replace(tzinfo=None) == at.replace(second=0, microsecond=0)
    unset = at.hour == at.minute == 0
    assert found.precision is (Precision.DAY if unset else Precision.MINUTE)
    assert found.weekday_ok is (True if weekday else None)
