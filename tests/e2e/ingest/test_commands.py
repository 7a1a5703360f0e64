"""The commands as an operator meets them: what they print, their exit codes, and what they do not load."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from storage.settings import PROJECT_ROOT
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.site import House

PORTAL = "cong_thu"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

ARTICLE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Khai mạc hội chợ nông sản năm 2024</title></head><body>
<div class="detail"><h1>Khai mạc hội chợ nông sản năm 2024</h1><div>Thứ Hai, 04/03/2024 | 07:36</div>
<p><strong>Sáng 04/3, tại trung tâm hội nghị tỉnh, hội chợ nông sản năm 2024 đã khai mạc.</strong></p>
<p>Hội chợ có hơn hai trăm gian hàng của các hợp tác xã và doanh nghiệp trong tỉnh, kéo dài đến hết tuần.</p>
<p>Phát biểu khai mạc, lãnh đạo tỉnh đề nghị các đơn vị tiếp tục giữ chất lượng và mở rộng thị trường.</p>
</div></body></html>"""
LOGIN = """<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><h1>Đăng nhập</h1>
<form><input name="user"><input type="password" name="pass"><button>Đăng nhập</button></form></body></html>"""


def test_a_saved_page_to_json(house: House, tmp_path: Path) -> None:
    file = tmp_path / "trang.html"
    file.write_text(ARTICLE, encoding="utf-8")
    code, out, err = house.run(
        "read", str(file), "--url", "https://laocai.gov.vn/tin/khai-mac-1", "--portal", "lao_cai"
    )
    assert code == 0, err
    record = json.loads(out)
    jsonschema.validate(record, json.loads((PROJECT_ROOT / "docs/reading-schema.json").read_text(encoding="utf-8")))
    assert record["title"] == "Khai mạc hội chợ nông sản năm 2024"
    assert record["published_on"] == "2024-03-04"
    assert "hơn hai trăm gian hàng" in record["text"]


def test_a_refused_page(house: House, tmp_path: Path) -> None:
    file = tmp_path / "trang.html"
    file.write_text(LOGIN, encoding="utf-8")
    code, out, _ = house.run("read", str(file), "--url", "https://laocai.gov.vn/dang-nhap")
    record = json.loads(out)
    assert code == 3
    assert (record["kind"], record["refusal"]) == ("refusal", "login")
    assert record["reason"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", "nowhere.html", "--url", "https://laocai.gov.vn/x"],
        ["read", __file__, "--url", "không phải địa chỉ"],
        ["read", __file__, "--url", "https://laocai.gov.vn/x", "--portal", "khong_co"],
        ["read", __file__],
        ["read", __file__, "--url", "https://laocai.gov.vn:99999/x"],
        ["ingest"],
        ["ingest", "--all", "lao_cai"],
        ["ingest", "khong_co"],
        ["ingest", "lao_cai", "--since", "31/02/2025"],
        ["show", "https://laocai.gov.vn/x", "--at", "hôm qua"],
    ],
    ids=lambda arguments: " ".join(arguments).replace(__file__, "FILE"),
)
def test_what_cannot_be_used_is_said(house: House, arguments: list[str]) -> None:
    code, out, err = house.run(*arguments)
    assert code == 2
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONGTIN_READERS", "0"),
        ("CONGTIN_REDERS", "2"),
        ("CONGTIN_CA_FILE", "/khong/co.pem"),
        ("CONGTIN_CA_FILE", __file__),
        ("CONGTIN_CONNECT_TO", "congthu.gov.vn"),
        ("CONGTIN_VAR", "/dev/null/var"),
        ("CONGTIN_DATABASE_URL", "postgresql+asyncpg://congtin:canary-41c@db/congtin"),
        ("CONGTIN_DATABASE_URL", "sqlite:////dev/null/congtin.db"),
    ],
)
def test_an_unusable_setting_is_named(house: House, name: str, value: str) -> None:
    code, out, err = house.run("ingest", "lao_cai", **{name: value})
    assert (code, out) == (2, "")
    assert name in err
    assert "Traceback" not in err
    assert "canary" not in err


@pytest.mark.parametrize("command", [["portal", "list"], ["status"], ["ingest", "--all"]], ids=" ".join)
def test_a_missing_folder_of_portals_is_named(house: House, command: list[str]) -> None:
    code, _, err = house.run(*command, CONGTIN_PORTALS="/khong/co")
    assert code == 2
    assert "CONGTIN_PORTALS: /khong/co" in err
    assert "Traceback" not in err


def test_portals_are_listed_and_broken_files_named(house: House) -> None:
    assert house.run("portal", "list")[0] == 0
    (Path(house.environment["CONGTIN_PORTALS"]) / "hong.py").write_text('"""Hỏng."""\nportal = 1\n', encoding="utf-8")
    code, out, err = house.run("portal", "list")
    assert code == 1
    assert "lao_cai" in out
    assert "hong.py" in err


def test_a_run_and_what_it_shows(house: House, paged: Site, tmp_path: Path) -> None:
    code, out, _ = house.run("ingest", PORTAL)
    assert code == 0
    assert "Tốt [ok]" in out
    log = (house.var / "logs" / f"{PORTAL}.log").read_text(encoding="utf-8").splitlines()
    assert any("crawl ended" in json.loads(line)["message"] for line in log), "the spider's log is kept"

    code, out, _ = house.run("status")
    assert code == 0
    assert "Tốt [ok]" in out
    assert max(len(line.rstrip()) for line in out.partition(f"{PORTAL}: ")[0].splitlines()) <= 80

    url = "http://congthu.gov.vn/tin-tuc/bai-viet-so-7"
    code, out, _ = house.run("show", url)
    assert code == 0
    assert "Bài viết số 7 về phát triển kinh tế" in out
    assert "created" in out
    number = house.number("SELECT article_id FROM v1_articles WHERE url = :url", url=url)
    assert house.run("show", str(number))[1] == out
    assert house.run("show", url, "--raw")[1] == paged.pages["/tin-tuc/bai-viet-so-7"]
    assert house.run("show", url, "--at", "2001-01-01")[0] == 1
    assert house.run("show", "https://congthu.gov.vn/khong-co")[0] == 1


def test_the_default_database_is_made(
    house: House, paged: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONGTIN_DATABASE_URL")
    fresh = House(house.engine, {"CONGTIN_VAR": str(tmp_path / "moi")})
    assert fresh.run("status")[0] == 2
    code, _, err = fresh.run("ingest", PORTAL)
    assert code == 0, err
    assert (tmp_path / "moi" / "congtin.db").exists()
    code, out, _ = fresh.run("status")
    assert code == 0
    assert PORTAL in out


def test_another_database_is_upgraded_by_its_owner(house: House, paged: Site, tmp_path: Path) -> None:
    other = {"CONGTIN_DATABASE_URL": f"sqlite:///{tmp_path / 'khac.db'}"}
    for command in (["status"], ["ingest", PORTAL]):
        code, _, err = house.run(*command, **other)
        assert code == 2
        assert "congtin db upgrade" in err
    assert house.run("db", "upgrade", **other)[0] == 0
    assert house.run("status", **other)[0] == 0
    code, _, err = house.run("status", CONGTIN_DATABASE_URL="mysql://ai:matkhau@may/kho")
    assert code == 2
    assert "CONGTIN_DATABASE_URL" in err
    assert "matkhau" not in err


LOADED = """
import sys
sys.argv = ["congtin", *sys.argv[1:]]
from flows.cli import main
try:
    main()
except SystemExit:
    pass
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def _loaded(house: House, *arguments: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        env=os.environ | dict(house.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.splitlines()[-1].split())


def test_help_loads_next_to_nothing(house: House) -> None:
    heavy = {"scrapy", "twisted", "prefect", "sqlalchemy", "trafilatura", "lxml", "pydantic"}
    assert not heavy & _loaded(house, "--help")


def test_a_run_needs_no_prefect(house: House, paged: Site) -> None:
    assert "prefect" not in _loaded(house, "ingest", PORTAL)
    assert house.number("SELECT count(*) FROM v1_articles") == 60


def test_nobody_is_asked_without_a_contact(house: House) -> None:
    code, out, _ = house.run("ingest", "lao_cai", CONGTIN_CONTACT="", CONGTIN_CONNECT_TO="")
    assert code == 1
    assert "CONGTIN_CONTACT is not set" in " ".join(out.split())
    assert not list(house.var.rglob("*.warc.gz*")), "nothing was fetched"
