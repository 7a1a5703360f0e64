"""Every portal file keeps the contract; a broken one stops only itself."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import ValidationError

from crawlers import portals
from crawlers.portal import Access, CertificateException, Lifecycle, Portal, Reuse, origin
from crawlers.portals import PortalError
from storage.settings import settings

FILES = portals.portal_files()
OURS = {"kien_giang_kien_luong", "lao_cai", "long_an_baolongan", "long_an_hcc", "tien_giang"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of further portal files, as `CONGTIN_PORTALS` names it."""
    monkeypatch.setenv("CONGTIN_PORTALS", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def facts(name: str) -> str:
    """A whole portal file for `name`."""
    return dedent(f'''\
        """Cổng thử.

        Publisher: thử.
        """

        from crawlers.portal import Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit

        portal = Portal(
            name="{name}",
            title="Cổng thử",
            unit=Unit(level=Level.PROVINCE, name="Tỉnh Thử", province="10"),
            platform="generic",
            listings=(Listing(key="tin", url="http://thu.example/tin", sureness=Sureness.SEEN, evidence="test"),),
            lifecycle=Lifecycle.ACTIVE,
            lifecycle_note="test",
            expect=Expect(rows=1),
        )
        ''')


def test_the_five_are_there() -> None:
    assert set(FILES) >= OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_contract(name: str) -> None:
    portal = portals.load(name)
    text = FILES[name].read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    for term in ("Publisher:", "Quirks:", "Caveats:", "History:"):
        assert term in docstring
    assert len(text.splitlines()) <= 50, "a portal file is short"
    assert portal.verified is None, "no live fetch has confirmed it"
    assert all(listing.evidence for listing in portal.listings)
    assert portal.unit.code_system == "gso-2004"
    assert portal.successor or portal.lifecycle is Lifecycle.ACTIVE
    assert portal.reuse is (Reuse.PRESS if "bao" in name else Reuse.OFFICIAL)


def test_spider_class_name() -> None:
    assert portals.load("kien_giang_kien_luong").spider_class_name == "KienGiangKienLuong"


def test_a_file_outside_the_tree_adds_to_ours(folder: Path) -> None:
    (folder / "cong_thu.py").write_text(facts("cong_thu"), encoding="utf-8")
    loaded, broken = portals.load_all()
    assert OURS | {"cong_thu"} == {portal.name for portal in loaded}
    assert not broken


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (facts("cong_thu").replace("lifecycle_note", "lifecycle_nte"), "lifecycle_nte"),
        (facts("khac"), "must be the file's name"),
        (
            facts("cong_thu").replace('"""', "#", 1).replace('"""', "#", 1).replace("Publisher", "# Publisher"),
            "docstring",
        ),
        ("1/0", "ZeroDivisionError"),
        ("def broken(:", "SyntaxError"),
        ('"""Rỗng."""', "must define `portal"),
        (facts("cong_thu").replace("http://thu.example/tin", "ftp://thu.example/tin"), "not an http(s) address"),
        (facts("cong_thu").replace("http://thu.example/tin", "http://thu.example/tin tức"), "percent-encoded"),
    ],
)
def test_a_broken_file_stops_only_itself(folder: Path, text: str, says: str) -> None:
    file = folder / "cong_thu.py"
    file.write_text(text, encoding="utf-8")
    loaded, broken = portals.load_all()
    assert {portal.name for portal in loaded} == OURS
    assert [entry.name for entry in broken] == ["cong_thu"]
    assert says in broken[0].message
    assert str(file) in broken[0].message


def test_unknown_portal_names_the_known() -> None:
    with pytest.raises(PortalError, match="lao_cai"):
        portals.load("lao_kai")


def test_missing_folder_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONGTIN_PORTALS", str(tmp_path / "none"))
    settings.cache_clear()
    try:
        with pytest.raises(PortalError, match="CONGTIN_PORTALS"):
            portals.load_all()
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_moved_portal_needs_its_last_day() -> None:
    portal = portals.load("lao_cai")
    with pytest.raises(ValidationError, match="valid_to"):
        Portal.model_validate({**portal.model_dump(), "lifecycle": "moved", "valid_to": None})


def test_access_says_why() -> None:
    with pytest.raises(ValidationError, match="delay"):
        Access(delay=5.0)
    assert Access(delay=5.0, reason="asked by the owner").delay == 5.0


def test_a_certificate_exception_is_of_a_host_of_the_portal() -> None:
    wanted = {"sha256": ":".join(["AB"] * 32), "reason": "confirmed by phone", "expires": date(2027, 1, 1)}
    access = Access(certificates=(CertificateException(host="laocai.gov.vn", **wanted),), reason="own authority")
    assert access.certificates[0].sha256 == "ab" * 32
    portal = portals.load("lao_cai").model_dump()
    assert Portal.model_validate({**portal, "access": access.model_dump()}).access == access
    other = {**access.model_dump(), "certificates": [{**wanted, "host": "khac.gov.vn"}]}
    with pytest.raises(ValidationError, match=r"khac\.gov\.vn"):
        Portal.model_validate({**portal, "access": other})


@pytest.mark.parametrize("change", [{"sha256": "ab" * 31}, {"reason": ""}, {"host": "https://x"}, {"expires": None}])
def test_a_certificate_exception_is_whole(change: dict[str, object]) -> None:
    wanted = {"host": "x.gov.vn", "sha256": "ab" * 32, "reason": "thử", "expires": date(2027, 1, 1)}
    with pytest.raises(ValidationError, match=next(iter(change))):
        CertificateException.model_validate(wanted | change)


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("https://LaoCai.gov.vn/x", "https://laocai.gov.vn:443"),
        ("http://laocai.gov.vn.:8080/x", "http://laocai.gov.vn:8080"),
    ],
)
def test_origin(url: str, want: str) -> None:
    assert origin(url) == want
