"""The facts of portals and their units over time."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from storage.database.portals import PortalRow, sync_portals
from tests.unit.database.makers import one, rows

ROW = PortalRow(
    "tien_giang", "Tiền Giang", "liferay", "province", "Tỉnh Tiền Giang", "gso-2004", "82", None, "active", "x", None, None,
    None, "official",
)  # fmt: skip


def test_facts_follow_the_file_and_no_portal_is_lost(engine: Engine) -> None:
    sync_portals(engine, [ROW, replace(ROW, name="khac")])
    sync_portals(
        engine, [replace(ROW, lifecycle="moved", successor="https://dongthap.gov.vn", valid_to=date(2025, 6, 30))]
    )
    found = rows(engine, "SELECT portal, lifecycle, successor, valid_to FROM v1_portals ORDER BY portal")
    assert [tuple(row.values()) for row in found] == [
        ("khac", "active", None, None),
        ("tien_giang", "moved", "https://dongthap.gov.vn", "2025-06-30"),
    ]
    sync_portals(engine, [])
    assert len(rows(engine, "SELECT * FROM v1_portals")) == 2


def test_a_province_goes_on_under_its_new_code(engine: Engine) -> None:
    sync_portals(engine, [ROW])
    found = one(engine, "SELECT * FROM v1_portals")
    assert (found["unit_code_system"], found["unit_name"]) == ("gso-2004", "Tỉnh Tiền Giang")
    assert (found["unit_code_system_today"], found["unit_code_today"]) == ("qd19-2025", "82")
    assert (found["unit_name_today"], found["province_name_today"]) == ("Tỉnh Đồng Tháp", "Tỉnh Đồng Tháp")


def test_a_district_of_no_list_ends_with_its_province(engine: Engine) -> None:
    sync_portals(engine, [replace(ROW, level="district", district="815", unit_name="Thành phố Mỹ Tho")])
    found = one(engine, "SELECT * FROM v1_portals")
    assert (found["unit_code"], found["unit_name"], found["unit_code_today"]) == ("815", "Thành phố Mỹ Tho", None)
    assert found["province_name_today"] == "Tỉnh Đồng Tháp"


def test_a_portal_of_a_new_unit_has_one_period(engine: Engine) -> None:
    sync_portals(engine, [replace(ROW, code_system="qd19-2025", province="82", unit_name="Tỉnh Đồng Tháp")])
    found = one(engine, "SELECT * FROM v1_portals")
    assert found["unit_code"] == found["unit_code_today"] == "82"


def test_an_unknown_province_is_told(engine: Engine) -> None:
    with pytest.raises(ValueError, match="99"):
        sync_portals(engine, [replace(ROW, province="99")])
