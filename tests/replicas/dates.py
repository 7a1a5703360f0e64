"""The date-line forms that were seen on real portals."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))

_NUMBERED = ("Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật")
_SPELT = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


def sharepoint(at: datetime) -> str:
    """`Thứ 4, Ngày 24/03/2021, 11:00`."""
    return f"{_NUMBERED[at.weekday()]}, Ngày {at:%d/%m/%Y}, {at:%H:%M}"


def baolongan(at: datetime) -> str:
    """`09/07/2015 - 09:28`."""
    return f"{at:%d/%m/%Y} - {at:%H:%M}"


def kien_luong(at: datetime) -> str:
    """`(14:33 | 12/06/2020)`."""
    return f"({at:%H:%M} | {at:%d/%m/%Y})"


def vnportal(at: datetime) -> str:
    """`Thứ hai, 24/11/2025 | 07:36`."""
    return f"{_SPELT[at.weekday()]}, {at:%d/%m/%Y} | {at:%H:%M}"


def baotayninh(at: datetime) -> str:
    """`Thứ sáu: 15:00 ngày 09/02/2024`."""
    return f"{_SPELT[at.weekday()]}: {at:%H:%M} ngày {at:%d/%m/%Y}"


def time_first(at: datetime) -> str:
    """`13:30 | 16/9/2021`."""
    return f"{at:%H:%M} | {at.day}/{at.month}/{at.year}"


def liferay(at: datetime) -> str:
    """`21/07/2022 | 10:00 AM`, a 12-hour clock."""
    return f"{at:%d/%m/%Y} | {at:%I:%M %p}"


def day_only(at: datetime) -> str:
    """`24/03/2021`."""
    return f"{at:%d/%m/%Y}"


def labelled(at: datetime) -> str:
    """`Ngày đăng: 24/03/2021`."""
    return f"Ngày đăng: {at:%d/%m/%Y}"


def in_brackets(at: datetime) -> str:
    """`(24/03/2021)`."""
    return f"({at:%d/%m/%Y})"


def clock(at: datetime) -> str:
    """What a page clock shows: `Thứ 4, Ngày 1/3/2023 10:21:14 AM`."""
    return f"{_NUMBERED[at.weekday()]}, Ngày {at.day}/{at.month}/{at.year} {at:%I:%M:%S %p}"


Form = Callable[[datetime], str]
MINUTE_FORMS: frozenset[Form] = frozenset(
    {sharepoint, baolongan, kien_luong, vnportal, baotayninh, time_first, liferay}
)


def precision(form: Form) -> str:
    """Whether a form shows the minute or only the day."""
    return "minute" if form in MINUTE_FORMS else "day"
