import json
import time
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.reading.dates import PrintedDate, find_dates, read_date
from storage.records import VIETNAM, Precision

SHARED = Path(__file__).resolve().parents[4] / "shared" / "gold" / "date_cases.json"


def shown(found: PrintedDate | None) -> str:
    """Write a reading as the tables here do: to its precision, `????` for a year that is not printed."""
    if found is None:
        return "-"
    if found.kind == "relative":
        return "relative"
    if found.value is None:
        return f"????-{found.month:02}-{found.day:02}"
    assert found.value.utcoffset() == VIETNAM.utcoffset(None)
    forms = {
        Precision.SECOND: "%Y-%m-%dT%H:%M:%S",
        Precision.MINUTE: "%Y-%m-%dT%H:%M",
        Precision.DAY: "%Y-%m-%d",
        Precision.MONTH: "%Y-%m",
    }
    return found.value.strftime(forms[found.precision])


FORMS = {
    # The forms seen on portals.
    "Thứ 4, Ngày 24/03/2021, 11:00": "2021-03-24T11:00",
    "09/07/2015 - 09:28": "2015-07-09T09:28",
    "(14:33 | 12/06/2020)": "2020-06-12T14:33",
    "Thứ hai, 24/11/2025 | 07:36": "2025-11-24T07:36",
    "Thứ sáu: 15:00 ngày 09/02/2024": "2024-02-09T15:00",
    "13:30 | 16/9/2021": "2021-09-16T13:30",
    "21/07/2022 | 10:00 AM": "2022-07-21T10:00",
    "Thứ 4, Ngày 1/3/2023 10:21:14 AM": "2023-03-01T10:21:14",
    "Thứ Hai, ngày 05/05/2025 - 08:00": "2025-05-05T08:00",
    "Cập nhật lúc: 14:20 | 3/3/2022": "2022-03-03T14:20",
    "Đăng ngày 24-03-2021 lúc 17 giờ 05 phút": "2021-03-24T17:05",
    "10 giờ 30 phút, ngày 24 tháng 3 năm 2021": "2021-03-24T10:30",
    "Hà Nội, ngày 5 tháng 8 năm 2025": "2025-08-05",
    "T4,24/03/2021": "2021-03-24",
    "Th 4 24/03/2021": "2021-03-24",
    "\u00a0Chủ\u00a0nhật,\u00a021/11/2021\u00a0\u00a008:30": "2021-11-21T08:30",
    "24/03/2021 (Thứ Tư)": "2021-03-24",
    "ngày 24 / 03 / 2021": "2021-03-24",
    "24/03/2021-09:28": "2021-03-24T09:28",
    "09:28-24/03/2021": "2021-03-24T09:28",
    "24/3/2021,9h5": "2021-03-24T09:05",
    "Post date: 24.03.2021 07:05": "2021-03-24T07:05",
    "8 giờ, 24-3-2021": "2021-03-24T08:00",
    "24/3/21 17g30": "2021-03-24T17:30",
    # Months in words, and the forms of ICU and WordPress.
    "2 Tháng Mười Hai, 2021": "2021-12-02",
    "24 Th3, 2021": "2021-03-24",
    "24 thg 3, 2021": "2021-03-24",
    "24 tháng 03, 2021 11:00": "2021-03-24T11:00",
    "Tháng Ba 24, 2021": "2021-03-24",
    "5 Tháng Năm, 2021": "2021-05-05",
    "ngày 2 tháng tư năm 2021": "2021-04-02",
    "Wednesday, 24 March 2021": "2021-03-24",
    "March 24, 2021 10:00 PM": "2021-03-24T22:00",
    "24-Mar-2021": "2021-03-24",
    # Half days.
    "05-11-2016 07:42 SA": "2016-11-05T07:42",
    "12:05 SA 24/03/2021": "2021-03-24T00:05",
    "12:30 CH, 24/3/2021": "2021-03-24T12:30",
    "24/03/2021 1:05:09 CH": "2021-03-24T13:05:09",
    "24/03/2021 15:05 CH": "2021-03-24T15:05",
    "7h30 tối 24/3/2021": "2021-03-24T19:30",
    "2h30, chiều 13/12/2022": "2022-12-13T14:30",
    "chiều ngày 24/3/2021 lúc 2h30": "2021-03-24T14:30",
    "8h sáng 24/3/2021": "2021-03-24T08:00",
    # ISO 8601, RFC 5322, zones.
    "2021-03-24": "2021-03-24",
    "2021/03/24 07:30": "2021-03-24T07:30",
    "2021-03-24T11:00:00+07:00": "2021-03-24T11:00:00",
    "2021-03-24T11:00:00+0700": "2021-03-24T11:00:00",
    "2021-03-24T04:00:00Z": "2021-03-24T11:00:00",
    "2021-03-23T20:30:00.123-01:00": "2021-03-24T04:30:00",
    "2021-03-24 11:00:00.000": "2021-03-24T11:00:00",
    "Wed, 24 Mar 2021 04:00:00 GMT": "2021-03-24T11:00:00",
    "24/03/2021 11:00 GMT+7": "2021-03-24T11:00",
    "24/03/2021 11:00:05 (GMT +07:00)": "2021-03-24T11:00:05",
    "24/03/2021 04:00 (UTC+0)": "2021-03-24T11:00",
    # Midnight is an unset time, the clock that cannot be is none; the day stands.
    "24/3/2021 12:00 AM": "2021-03-24",
    "24/3/2021 12:00:00 SA": "2021-03-24",
    "24/03/2021 00:00": "2021-03-24",
    "2021-03-24T00:00:00Z": "2021-03-24",
    "2021-03-23T17:00:00Z": "2021-03-24",
    "24/03/2021 24:00": "2021-03-24",
    "25:61 24/03/2021": "2021-03-24",
    "24/03/2021 14:20 SA": "2021-03-24",
    # Of several.
    "Ngày đăng: 24/03/2021 11:00 - Cập nhật: 25/03/2021 12:00": "2021-03-24T11:00",
    "Cập nhật: 25/03/2021 12:00 | Ngày đăng: 24/03/2021 11:00": "2021-03-24T11:00",
    "11:00 24/03/2021 | 12:00 25/03/2021": "2021-03-24T11:00",
    "Hôm nay, 24/03/2021": "2021-03-24",
    # Parts.
    "8h15 sáng 3/2": "????-02-03",
    "Thứ tư ngày 24/3": "????-03-24",
    "sáng 29/2": "????-02-29",
    "ngày 5 tháng 8": "????-08-05",
    "Tháng 7 năm 2020": "2020-07",
    "tháng 07-2020": "2020-07",
    "Tháng Năm năm 2021": "2021-05",
    # Relative to a time that is not printed.
    "3 giờ trước": "relative",
    "cách đây 2 ngày": "relative",
    "Chiều nay": "relative",
    "Hôm nay lúc 10:00": "relative",
    "2 hours ago": "relative",
    # No dates.
    "": "-",
    "05/2021/QĐ-UBND": "-",
    "Nghị định 30/2020/NĐ-CP": "-",
    "12/5/2021/QĐ-UBND": "-",
    "1.374/1.761 hồ sơ": "-",
    "50/50": "-",
    "10/10 UBND": "-",
    "12/15 sở, ngành": "-",
    "quý I/2023": "-",
    "năm 2021": "-",
    "giai đoạn 2011-2020": "-",
    "Báo cáo 6 tháng năm 2021": "-",
    "6 tháng đầu năm 2021": "-",
    "0272 3 822 345": "-",
    "QCVN 01-1:2018/BYT": "-",
    "TCVN ISO 9001:2015": "-",
    "23-3-2021-IMG_8647.jpg": "-",
    "/image/news/2021/03/24/a.jpg": "-",
    "12.24.03.2021": "-",
    "1. 2. 2021": "-",
    "01-05/11/2016": "-",
    "1/1/0001": "-",
    "01/01/1900 12:00:00 SA": "-",
    "31/12/1989": "-",
    "31/02/2021": "-",
    "29/02/2021": "-",
    "3/24/2021": "-",
    "00/00/2021": "-",
    "2021-13-24": "-",
    "11:00": "-",
    "Lượt xem: 24": "-",
    "năm": "-",
}


@pytest.mark.parametrize(("text", "want"), FORMS.items(), ids=lambda value: value or "empty")
def test_forms(text: str, want: str) -> None:
    assert shown(read_date(text)) == want


@pytest.mark.skipif(not SHARED.exists(), reason="the shared cases are not beside this checkout")
def test_shared_cases() -> None:
    wrong = {}
    cases = json.loads(SHARED.read_text("utf-8"))
    for case in cases:
        got = shown(read_date(case["input"]))
        want = {"(relative)": "relative", "(quarter)": "-", "(not a date)": "-"}.get(case["want"], case["want"])
        if got not in {want, f"{want}:00"}:  # the cases do not tell 11:00:00 from 11:00
            wrong[case["input"]] = got
    assert not wrong
    assert len(cases) == 44


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("Thứ 4, Ngày 24/03/2021, 11:00", True),
        ("Thứ Tư, 24/03/2021", True),
        ("Thứ Năm, 24/03/2021", False),
        ("Monday, 24 March 2021", False),
        ("Wednesday, 24 March 2021", True),
        ("Wed, 24 Mar 2021 04:00:00 GMT", True),
        ("CN, 21/11/2021 | 08:30", True),
        ("08:30, Chủ nhật 21/11/2021", True),
        ("T7, 21/11/2021", False),
        ("24/03/2021 (thứ tư)", True),
        ("Thứ Bảy 27/3/2021", True),
        ("24 Th3, 2021", None),
        ("24/03/2021", None),
        ("Thứ tư ngày 24/3", None),
    ],
)
def test_weekday_is_a_checksum(text: str, ok: bool | None) -> None:
    found = read_date(text)
    assert found is not None
    assert found.weekday_ok is ok


def test_dates_of_a_line_in_order() -> None:
    line = "Cập nhật: 08:05 25/03/2021 | Ngày đăng: Thứ 4, 24/03/2021, 11:00 - hôm qua"
    found = find_dates(line)
    assert [(line[date.start : date.end], shown(date), date.kind) for date in found] == [
        ("08:05 25/03/2021", "2021-03-25T08:05", "absolute"),
        ("Thứ 4, 24/03/2021, 11:00", "2021-03-24T11:00", "absolute"),
        ("hôm qua", "relative", "relative"),
    ]


def test_the_document_around_a_date_is_not_part_of_it() -> None:
    [found] = find_dates("Quyết định số 05/2021/QĐ-UBND ngày 05/3/2021 của UBND tỉnh (12/15 sở)")
    assert (found.raw, shown(found)) == ("05/3/2021", "2021-03-05")


def test_decomposed_letters_are_read() -> None:
    assert shown(read_date("Thu\u031b\u0301 tu\u031b, nga\u0300y 24 tha\u0301ng 3 na\u0306m 2021")) == "2021-03-24"


DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
WEEKDAYS = ["Thứ Hai", "Thứ 3", "T4", "thứ năm", "THỨ SÁU", "Thứ Bảy", "Chủ nhật"]


@settings(deadline=None)
@given(DAYS, st.integers(0, 23), st.integers(1, 59), st.data())
def test_every_day_in_every_form(day: date, hour: int, minute: int, data: st.DataObject) -> None:
    clock = data.draw(
        st.sampled_from([f"{hour:02}:{minute:02}", f"{hour}h{minute:02}", f"{hour} giờ {minute:02} phút"])
    )
    written = data.draw(
        st.sampled_from(
            [
                f"{day:%d/%m/%Y}",
                f"{day.day}/{day.month}/{day.year}",
                f"{day:%d-%m-%Y}",
                f"{day:%d.%m.%Y}",
                f"ngày {day.day} tháng {day.month} năm {day.year}",
                f"{day:%Y-%m-%d}",
            ]
        )
    )
    line = data.draw(
        st.sampled_from(
            ["{w}, {d} {c}", "{w}, {d} - {c}", "({c} | {d})", "{c}, {w}, {d}", "Ngày đăng: {d} | {c}", "{c} ngày {d}"]
        )
    )
    found = read_date(line.format(w=WEEKDAYS[day.weekday()], d=written, c=clock))
    assert found is not None
    assert found.value == datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)
    assert found.precision is Precision.MINUTE
    assert found.weekday_ok is not False


PIECES = st.sampled_from(
    [
        "24/03/2021",
        "11:00",
        "h",
        "Thứ 4",
        "CN",
        " ",
        ", ",
        "-",
        "/",
        ".",
        "tháng",
        "ngày",
        "năm",
        "SA",
        "GMT",
        "+7",
        "2021",
        "13/12",
        "T",
        "Z",
        "(",
        "%",
        "99",
        "1",
        "hôm qua",
        "chiều",
        "March",
        "\u0301",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_anything_is_read_without_an_error(text: str) -> None:
    found = find_dates(text)
    assert all(0 <= date.start < date.end for date in found)
    assert [date.start for date in found] == sorted(date.start for date in found)
    assert all(1990 <= date.value.year <= 2100 for date in found if date.value)
    chosen = read_date(text)
    assert (chosen is None) == (not found)
    assert chosen is None or chosen in found


@pytest.mark.parametrize(
    "piece", ["1", "24/03/", "11:00 ", "24/03/2021 11:00 ", "thứ ", "ngày 1 tháng ", " ", "- ", "1/", "T4 "]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    started = time.process_time()
    find_dates(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "text", ["00/05/2021", "00-05-2021", "00.05.2021", "ngày 00 tháng 05 năm 2021", "0/5/2021 12:00 AM"]
)
def test_day_zero_is_an_unset_field_and_no_month(text: str) -> None:
    assert read_date(text) is None
