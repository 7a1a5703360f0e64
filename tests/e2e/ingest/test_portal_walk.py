"""A portal added by the commands alone, on a replica: from its address to a rehearsal of its first run."""

from pathlib import Path

import pytest

from crawlers import portals
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.site import House
from tests.replicas import Replicas

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("host", "platform"),
    [("laocai.gov.vn", "vnportal"), ("baolongan.vn", "baolongan"), ("tiengiang.gov.vn", "liferay")],
)
def test_from_an_address_to_a_rehearsal(house: House, few: Replicas, host: str, platform: str) -> None:
    code, out, err = house.run("portal", "new", f"https://{host}/", "--name", "cong_moi")
    assert code == 0, out + err
    file = Path(house.environment["CONGTIN_PORTALS"]) / "cong_moi.py"
    portal = portals.load_file("cong_moi", file)
    assert portal.platform == platform
    assert portal.verified is None, "a map served it"
    assert len([line for line in file.read_text(encoding="utf-8").splitlines() if "TODO" in line]) < 10
    assert "Đang online" in out, "the counter differs between two fetches"
    assert len(list((file.parent / "cases" / "cong_moi").iterdir())) == 3
    code, out, err = house.run("portal", "check", "cong_moi")
    assert (code == 1) == ("TODO" in file.read_text(encoding="utf-8")), err
    code, out, err = house.run("portal", "try", "cong_moi")
    assert code == 0, out + err
    code, out, err = house.run("ingest", "cong_moi", "--dry-run", "20")
    assert "sẽ thêm bài" in out, out + err


def test_a_page_is_fetched_inside_the_guard(house: House, paged: Site) -> None:
    first = min(target for target in paged.pages if target != "/tin-tuc")
    _, out, err = house.run("portal", "try", "cong_thu", f"http://congthu.gov.vn{first}")
    assert "báo cáo" in out.lower(), out + err
    assert paged.targets()[0] == "/robots.txt"
    assert first in paged.targets()
