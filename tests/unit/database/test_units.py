"""The code lists before and after 1 July 2025."""

import csv
from datetime import date
from pathlib import Path

import pytest

from storage.units import find_unit, successors, unit_at, units

OLD, NEW = "gso-2004", "qd19-2025"
TABLE = Path(__file__).resolve().parents[4] / "shared" / "gold" / "provinces_63_to_34.csv"


def test_63_provinces_became_34() -> None:
    provinces = [unit for unit in units().values() if unit.level == "province"]
    assert sum(unit.code_system == OLD for unit in provinces) == 63
    assert sum(unit.code_system == NEW for unit in provinces) == 34
    reached = {successors(unit)[0].code for unit in provinces if unit.code_system == OLD}
    assert len(reached) == 34


def test_every_row_of_the_table_is_there() -> None:
    if not TABLE.exists():
        pytest.skip("the shared table is not here")
    with TABLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            before = find_unit(OLD, row["old_code"])
            (after,) = successors(before)
            assert (before.name, after.code, after.name) == (row["old_name"], row["new_code"], row["new_name"])
            assert before.valid_to == date.fromisoformat(row["valid_to_old"])
            assert after.valid_from == date.fromisoformat(row["valid_from_new"])


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
        ("82", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp"),
        ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
        ("10", "Tỉnh Lào Cai", "Tỉnh Lào Cai"),
    ],
)
def test_a_code_means_another_province_after_the_merger(code: str, before: str, after: str) -> None:
    old, new = unit_at(OLD, code, date(2025, 6, 30)), unit_at(OLD, code, date(2025, 7, 1))
    assert old is not None
    assert new is not None
    assert (old.name, new.name, new.code_system) == (before, after, NEW)


def test_a_district_that_was_divided_has_no_single_successor() -> None:
    assert unit_at(OLD, "902", date(2025, 7, 1)) is None
    names = {unit.name for unit in successors(find_unit(OLD, "902"))}
    assert names == {"Phường Tô Châu", "Xã Kiên Lương", "Xã Hòa Điền", "Xã Sơn Hải", "Xã Hòn Nghệ"}


def test_a_unit_does_not_exist_before_its_first_day() -> None:
    assert unit_at(NEW, "15", date(2025, 6, 30)) is None


def test_an_unknown_code_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="add its row"):
        find_unit(OLD, "999")
