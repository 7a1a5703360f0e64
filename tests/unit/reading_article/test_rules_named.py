"""A reading names the rules it was made by, so that a change of a portal file is told from the publisher's edit."""

from datetime import date, datetime

from crawlers.portal import Portal, Rules
from crawlers.portals import load
from crawlers.reading import read_page
from storage.records import VIETNAM, Article

PAGE = (
    "<html><head><title>Khởi công đường ven sông</title></head><body><div class='bai'><h1>Khởi công đường ven sông</h1>"
    "<p>Ngày 5/3/2025, Uỷ ban nhân dân tỉnh khởi công đường ven sông dài 12 km, nối hai huyện phía nam của tỉnh.</p>"
    "<p>Công trình có vốn 840 tỷ đồng, hoàn thành trong năm 2026, rút ngắn đường đi của hơn 30.000 hộ dân.</p>"
    "</div></body></html>"
).encode()


def rules_of(portal: Portal, day: date) -> str:
    fetched = datetime(day.year, day.month, day.day, 8, tzinfo=VIETNAM)
    found = read_page(PAGE, url="https://tiengiang.gov.vn/tin/1", portal=portal, fetched_at=fetched)
    assert isinstance(found, Article), found
    return found.rules


def test_name_changes_with_the_rules_in_force_and_with_nothing_else() -> None:
    portal = load("tien_giang")
    with_rule = portal.model_copy(update={"rules": (Rules(title=("h1",), valid_from=date(2025, 3, 1)), *portal.rules)})
    told = with_rule.model_copy(
        update={"rules": (Rules(title=("h1",), valid_from=date(2025, 2, 1), evidence="seen"), *portal.rules)}
    )
    before, after = date(2025, 2, 1), date(2025, 4, 1)
    assert rules_of(portal, before) == rules_of(with_rule, before) == rules_of(portal, after)
    assert rules_of(with_rule, after) != rules_of(portal, after)
    assert rules_of(with_rule, after) == rules_of(told, after)
