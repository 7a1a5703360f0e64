"""On PostgreSQL every command works under the role that it is for, and under no lesser one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from flows.cli import app
from storage.database.engine import connect
from storage.settings import settings
from storage.vocabulary import Verdict
from tests.e2e.crawl.site import Site, article_page, listing_page
from tests.e2e.ingest.site import House
from tests.roles import with_roles

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)

Command = Callable[..., Result]


@pytest.fixture
def command(engine: Engine, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs a command as a role."""
    with with_roles(engine.url.render_as_string(hide_password=False)) as address_of:

        def run(role: str, *words: str) -> Result:
            monkeypatch.setenv("CONGTIN_DATABASE_URL", address_of(role))
            settings.cache_clear()
            return CliRunner().invoke(app, words)

        yield run


def test_each_command_works_under_its_role(command: Command, house: House, paged: Site, tmp_path: Path) -> None:
    names = ("mot", "hai")
    paged.pages.clear()
    paged.pages |= {f"/tin-tuc/{name}": article_page(f"Thông tin của tỉnh về việc {name}") for name in names}
    paged.pages["/tin-tuc"] = listing_page(
        [(f"/tin-tuc/{name}", f"Thông tin của tỉnh về việc {name}", "") for name in names]
    )
    assert command("migrator", "db", "upgrade").output == "đã là bản mới nhất\n"
    loader = connect(settings().database.replace("_migrator@", "_loader@"))
    outcome = House(loader, house.environment).ingest("cong_thu")["cong_thu"]
    assert outcome.judgement.verdict is Verdict.OK, outcome.judgement.reason

    for words in (
        ("search", "tinh"),
        ("show", "1"),
        ("show", "1", "--raw"),
        ("show", "http://www.congthu.gov.vn/tin-tuc/mot"),
        ("diff", "1"),
        ("links", "show", "1"),
        ("export", str(tmp_path / "ra")),
    ):
        done = command("reader", *words)
        assert done.exit_code == 0, (words, done.output)
    refused = command("reader", "db", "upgrade")
    assert refused.exit_code == 0, "there is nothing to do, and that is all it says"
    asked = "http://congthu.gov.vn/tin-tuc/mot"
    for role in ("reader", "loader"):
        assert command(role, "forget", asked, "--reason", "đơn số 5", "--yes").exit_code != 0
        assert house.number("SELECT count(*) FROM v1_articles") == 2
    done = command("eraser", "forget", asked, "--reason", "đơn số 5", "--yes")
    assert done.exit_code == 0, done.output
    assert house.number("SELECT count(*) FROM v1_articles") == 1
    gone = command("reader", "show", "1")
    assert (gone.exit_code, "đã bị xóa vĩnh viễn" in gone.output) == (1, True)
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE schema_note SET value = 'old' WHERE name = 'views'")
    for role in ("reader", "loader", "eraser"):
        assert command(role, "db", "upgrade").exit_code != 0
    assert command("migrator", "db", "upgrade").output == "đã cập nhật\n"
    assert command("reader", "search", "tinh").exit_code == 0
    loader.dispose()
