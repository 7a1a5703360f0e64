"""`congtin browse` without a browser: what it shows, what it hides, on both engines."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from storage.consume.browse import open_site
from storage.consume.dictionary import VIEWS
from storage.consume.queries import QUERIES
from storage.database.engine import connect
from tests.unit.database.makers import LONG, Desk, rows, url


@pytest_asyncio.fixture
async def site(engine: Engine, tmp_path: Path) -> AsyncIterator[Any]:
    desk = Desk(engine)
    desk.serve("a", f"{LONG} tỉnh Đồng Tháp, 27/2018/NĐ-CP", section="Tin tức")
    desk.serve("b", f"{LONG} thành phố <b>Cần Thơ</b>", section="Thông báo")
    desk.next_day()
    desk.serve("a", f"{LONG} tỉnh Đồng Tháp mới, 27/2018/NĐ-CP", section="Tin tức")
    with open_site(engine, tmp_path / "tmp") as made:
        await made.invoke_startup()
        yield made
    assert not list((tmp_path / "tmp").glob("*"))


async def found(site: Any, query: str) -> list[dict[str, Any]]:
    answer = await site.client.get(f"/congtin/v1_articles.json?_shape=array&{query}")
    return list(answer.json())


async def test_words_are_found_whatever_their_marks(site: Any) -> None:
    for typed, ids in (
        ("dong thap", [1]),
        ('"Đồng Tháp"', [1]),
        ("27/2018/NĐ-CP", [1]),
        ("tu5 tu*", [2, 1]),
        ('"', []),
        ("không đâu", []),
    ):
        answer = await found(site, f"_search={typed}")
        assert sorted(row["article_id"] for row in answer) == sorted(ids), typed
    assert [row["article_id"] for row in await found(site, "section=Tin tức&sort_date__startswith=2025")] == [1]


async def test_an_article_has_its_text_changes_and_evidence(site: Any, engine: Engine) -> None:
    page = (await site.client.get("/bai/1")).text
    assert "<ins> mới</ins>" in page
    for row in rows(engine, "SELECT * FROM v1_readings WHERE article_id = 1"):
        for name in ("payload_sha256", "segment", "reader_version"):
            assert str(row[name]) in page
    assert "&lt;b&gt;Cần Thơ&lt;/b&gt;" in (await site.client.get("/bai/2")).text
    answer = await site.client.get(f"/bai?url={url('b')}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/bai/2")
    for missing in ("/bai/9", "/bai/0", f"/bai/{'9' * 19}", "/bai?url=x"):
        assert (await site.client.get(missing)).status_code == 404


async def test_any_column_is_counted_beside_the_years(site: Any) -> None:
    answer = (await site.client.get("/congtin/v1_articles.json?_facet=section&_facet=portal")).json()
    counted = {
        one["name"]: sorted(found["count"] for found in one["results"]) for one in answer["facet_results"].values()
    }
    assert (counted["section"], counted["portal"], counted["sort_date"]) == ([1, 1], [2], [2])


async def test_a_forgotten_article_is_said_to_be_gone(site: Any, engine: Engine) -> None:
    with connect(engine.url.render_as_string(hide_password=False)).begin() as connection:
        connection.exec_driver_sql("UPDATE change SET kind = 'withdrawn' WHERE article_id = 2")
        connection.exec_driver_sql("UPDATE article SET withdrawn_at = first_seen_at WHERE id = 2")
    answer = await site.client.get("/bai/2")
    assert (answer.status_code, "đã được gỡ bỏ vĩnh viễn" in answer.text) == (404, True)


async def test_only_views_are_shown(site: Any) -> None:
    for hidden in (
        "/congtin/article",
        "/congtin/reading.json",
        "/congtin/v1_search",
        "/congtin/search_index_data",
        "/congtin/rows_v1_articles",
        "/congtin/sqlite_master",
        "/congtin.json?sql=select+*+from+article",
        "/congtin/v1_articles.json?_where=article_id+in+(select+id+from+article)",
        "/congtin.db",
        "/_internal",
    ):
        assert (await site.client.get(hidden)).status_code in {403, 404}, hidden
    for view in VIEWS:
        if view.name != "v1_search":
            answer = await site.client.get(f"/congtin/{view.name}")
            assert (answer.status_code, view.name in answer.text) == (200, True)


async def test_example_queries_answer(site: Any) -> None:
    for query in QUERIES:
        values = {name: one.example for name, one in query.parameters.items()}
        answer = await site.client.get(f"/congtin/{query.name}", params=values)
        assert (answer.status_code, 'class="note"' in answer.text) == (200, False), query.name


async def test_nothing_can_be_run_or_written(site: Any, engine: Engine) -> None:
    headers = (await site.client.get("/")).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection, pytest.raises(DBAPIError):
            connection.exec_driver_sql("UPDATE article SET portal = 'x'")
