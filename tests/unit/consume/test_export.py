"""Exports: whole and since a cursor, in every format, read back as consumers do; on both engines."""

import csv
import hashlib
import json
import os
import signal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from sqlalchemy import Engine, event

from storage.consume.columns import column
from storage.consume.export import ExportError, Manifest, export, read_cursor
from storage.consume.export.writers import open_writer
from storage.database.engine import connect
from storage.database.marks import ListingOutcome, finish_listings
from storage.database.portals import sync_portals
from storage.vocabulary import ExportFormat, PressTexts
from tests.databases import Databases
from tests.unit.database.makers import LONG, PORTAL, Desk, rows
from tests.unit.database.test_feed_complete import FACTS

PRESS = "bao"


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Articles of two months on an official portal, one on a paper's and one on an unknown portal."""
    from dataclasses import replace

    sync_portals(engine, [FACTS, replace(FACTS, name=PRESS, reuse="press")])
    desk = Desk(engine)
    desk.list_page("tin", 1, ["a", "b"])
    desk.serve("a", f"{LONG} 27/2018/NĐ-CP, 5/2021/QĐ-UBND", title="=HYPERLINK(1) Đồng Tháp", authors=("Nguyễn Văn Ả",))
    desk.serve("b", f"{LONG} hai", title="Hai", published_at=desk.now.replace(month=1))
    desk.serve("b2", f"{LONG} hai", title="Hai", published_at=desk.now.replace(month=1))
    finish_listings(engine, PORTAL, desk.run_id, [ListingOutcome("tin", 1, complete=True)])
    Desk(engine, portal=PRESS).serve("p", f"{LONG} báo", title="Bài báo")
    Desk(engine, portal="la").serve("l", f"{LONG} lạ", title="Bài lạ")
    return engine


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    """All rows of a table, by DuckDB."""
    if not list((folder / name).rglob("*.parquet")):
        return []
    found = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/{name}/**/*.parquet')")
    assert found is not None
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def everything(folder: Path) -> dict[str, list[dict[str, Any]]]:
    names = json.loads((folder / "manifest.json").read_text())["tables"]
    return {name: sorted(table(folder, name), key=repr) for name in names}


def check_files(folder: Path, manifest: Manifest) -> None:
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {one.path for one in manifest.files} | {"manifest.json"}
    for one in manifest.files:
        data = (folder / one.path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.bytes, one.sha256)


def test_a_whole_export_is_what_the_views_show(filled: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "ra"
    manifest = export(filled, folder, ExportFormat.PARQUET, press=PressTexts.TEXT)
    check_files(folder, manifest)
    for name, view in (("articles", "v1_articles"), ("versions", "v1_article_versions"), ("changes", "v1_changes"),
                       ("coverage", "v1_coverage"), ("document_numbers", "v1_document_numbers")):  # fmt: skip
        wanted = sorted((dict(row) for row in rows(filled, f"SELECT * FROM {view}")), key=repr)
        assert sorted(table(folder, name), key=repr) == wanted
        assert manifest.tables[name] == len(wanted)
    assert {one.path for one in manifest.files if one.table == "articles"} == {
        "articles/lao_cai/2025-03.parquet", "articles/lao_cai/2025-01.parquet",
        "articles/bao/2025-03.parquet", "articles/la/2025-03.parquet",
    }  # fmt: skip
    assert manifest.cursor == rows(filled, "SELECT max(seq) AS last FROM v1_changes")[0]["last"] == read_cursor(folder)
    assert manifest.coverage[PORTAL]["stored"] == 2
    assert set(manifest.freshness) == {PORTAL, PRESS}


def test_pandas_reads_the_folder_as_one_table(filled: Engine, tmp_path: Path) -> None:
    export(filled, tmp_path / "ra", ExportFormat.PARQUET)
    frame = pd.read_parquet(tmp_path / "ra" / "articles")
    assert sorted(frame["title"]) == ["=HYPERLINK(1) Đồng Tháp", "Bài báo", "Bài lạ", "Hai"]
    assert len(frame) == 4
    assert pd.api.types.is_integer_dtype(frame["article_id"])


@pytest.mark.parametrize(
    ("press", "texts", "count"), [(PressTexts.METADATA, 2, 4), (PressTexts.TEXT, 4, 4), (PressTexts.NONE, 2, 2)]
)
def test_a_papers_pieces_go_out_without_their_text(
    filled: Engine, tmp_path: Path, press: PressTexts, texts: int, count: int
) -> None:
    folder = tmp_path / "ra"
    export(filled, folder, ExportFormat.PARQUET, press=press)
    for name in ("articles", "versions"):
        found = table(folder, name)
        assert (len(found), len([one for one in found if one["text"]])) == (count, texts)
        assert all(one["title"] for one in found)


def test_csv_opens_in_a_spreadsheet_as_text(filled: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "ra"
    manifest = export(filled, folder, ExportFormat.CSV)
    check_files(folder, manifest)
    path = folder / "articles" / PORTAL / "2025-03.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        (found,) = csv.DictReader(file)
    assert found["title"] == "'=HYPERLINK(1) Đồng Tháp"
    assert found["province_code"] == "'10"
    assert (found["article_id"], found["published_at"]) == ("1", "2025-03-10T05:00:00+07:00")
    with (folder / "document_numbers" / PORTAL / "2025-03.csv").open(encoding="utf-8-sig", newline="") as file:
        numbers = list(csv.DictReader(file))
    assert sorted(one["document_number"] for one in numbers) == ["27/2018/NĐ-CP", "5/2021/QĐ-UBND"]
    assert sorted(one["number_stem"] for one in numbers) == ["'27/2018", "'5/2021"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    from storage.consume.export.writers import _cell

    assert _cell(f"{start}1+1", "text") == f"'{start}1+1"
    assert _cell(f"{start}1+1", "json") == f"'{start}1+1"
    assert _cell("Đồng Tháp = 1", "text") == "Đồng Tháp = 1"


_ODD = [
    '"',
    "a;b,c",
    "dòng\nhai\r\nba",
    "\u2028",
    "'",
    "\ufeff",
    "007",
    "1e5",
    "12/2024",
    "Đ\u0301",
    "\x00\x1f",
    "\U0001f600",
    "",
]


def test_odd_texts_come_back_as_they_were(tmp_path: Path) -> None:
    """From every format, whatever is in them; in CSV with a sign before what a spreadsheet would change."""
    columns = (column("name", "text", "", "", ""), column("list", "json", "", "", ""))
    rows_ = [{"name": text, "list": json.dumps([text])} for text in _ODD]
    for form in ExportFormat:
        writer = open_writer(tmp_path / f"x.{form}", form, columns)
        writer.write(rows_)
        assert writer.close()[0] == len(_ODD)
    assert pd.read_parquet(tmp_path / "x.parquet").to_dict("records") == rows_
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in lines] == [{"name": text, "list": [text]} for text in _ODD]
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [one["name"] for one in csv.DictReader(file)]
    guarded = {"007", "1e5", "12/2024"}
    assert found == [f"'{text}" if text in guarded else text for text in _ODD]


def test_an_export_that_is_killed_leaves_no_folder(tmp_path: Path, migrated: Databases) -> None:
    with migrated.make("sqlite", tmp_path) as address:
        Desk(connect(address)).serve("a")
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            engine = connect(address)
            event.listen(engine, "before_cursor_execute", _die)
            export(engine, tmp_path / "ra", ExportFormat.JSONL)
            os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert not (tmp_path / "ra").exists()
        check_files(tmp_path / "ra", export(connect(address), tmp_path / "ra", ExportFormat.JSONL))
        assert not list(tmp_path.glob(".ra*"))


def _die(*said: object) -> None:
    """Be killed when the feed is about to be written, after other tables."""
    if "v1_changes v" in str(said[2]):
        os.kill(os.getpid(), signal.SIGKILL)


def test_json_lines_hold_values(filled: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "ra"
    check_files(folder, export(filled, folder, ExportFormat.JSONL))
    (line,) = (folder / "articles" / PORTAL / "2025-03.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["authors"] == ["Nguyễn Văn Ả"]
    assert "Đồng Tháp" in line


def apply(
    base: dict[str, list[dict[str, Any]]], more: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """What docs/consumers.md says: rows of the articles that changed go, those of the increment come."""
    changed = {one["article_id"] for one in more["changes"]}
    whole = {"portals", "coverage", "links", "stories", "story_articles"}
    made = {}
    for name, kept in base.items():
        if name in whole:
            made[name] = more[name]
        elif name == "changes":
            made[name] = kept + more[name]
        else:
            made[name] = [one for one in kept if one["article_id"] not in changed] + more[name]
    return {name: sorted(found, key=repr) for name, found in made.items()}


def test_increments_on_a_whole_one_are_a_new_whole_one(filled: Engine, tmp_path: Path) -> None:
    first = export(filled, tmp_path / "1", ExportFormat.PARQUET)
    kept = everything(tmp_path / "1")
    desk = Desk(filled, day=1, run_id="run-2")
    desk.serve("a", f"{LONG} sửa 30/2020/NĐ-CP", title="Sửa")
    desk.serve("b2", f"{LONG} tách ra", title="Tách")
    desk.serve("c", f"{LONG} ba", title="Ba")
    second = export(filled, tmp_path / "2", ExportFormat.PARQUET, since=first.cursor)
    assert second.tables["articles"] == 4, "two of six are as they were"
    kept = apply(kept, everything(tmp_path / "2"))
    desk.next_day()
    desk.serve("b", f"{LONG} tách ra", title="Tách")
    export(filled, tmp_path / "3", ExportFormat.PARQUET, since=read_cursor(tmp_path / "2"))
    kept = apply(kept, everything(tmp_path / "3"))
    export(filled, tmp_path / "4", ExportFormat.PARQUET)
    assert kept == everything(tmp_path / "4")
    nothing = export(filled, tmp_path / "5", ExportFormat.PARQUET, since=read_cursor(tmp_path / "4"))
    assert (nothing.tables["articles"], nothing.tables["changes"]) == (0, 0)


def test_an_export_sees_one_moment(filled: Engine, tmp_path: Path) -> None:
    """What is loaded while it runs is not in it, in no table."""
    loaded: list[int] = []

    def meanwhile(*_: object) -> None:
        statement = str(_[2])
        if "v1_article_versions" in statement and not loaded:
            loaded.append(1)
            Desk(filled, day=1, run_id="run-2").serve("z", f"{LONG} mới", title="Mới")

    event.listen(filled, "before_cursor_execute", meanwhile)
    manifest = export(filled, tmp_path / "ra", ExportFormat.PARQUET)
    assert loaded
    assert manifest.tables["versions"] == manifest.tables["articles"] == 4
    assert len(rows(filled, "SELECT * FROM v1_articles")) == 5
    assert read_cursor(tmp_path / "ra") < rows(filled, "SELECT max(seq) AS last FROM v1_changes")[0]["last"]


def test_an_export_that_fails_leaves_nothing(filled: Engine, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        if "v1_changes v" in str(_[2]):
            raise KeyboardInterrupt

    event.listen(filled, "before_cursor_execute", broken)
    with pytest.raises(KeyboardInterrupt):
        export(filled, tmp_path / "ra", ExportFormat.JSONL)
    event.remove(filled, "before_cursor_execute", broken)
    assert list(tmp_path.glob("*ra*")) == []
    (tmp_path / ".ra.partial").mkdir()
    (tmp_path / ".ra.partial" / "rest").touch()
    check_files(tmp_path / "ra", export(filled, tmp_path / "ra", ExportFormat.JSONL))


def test_what_cannot_be_exported_is_said(filled: Engine, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="ahead of the feed"):
        export(filled, tmp_path / "ra", ExportFormat.JSONL, since=10**6)
    (tmp_path / "da_co").mkdir()
    with pytest.raises(ExportError, match="there already"):
        export(filled, tmp_path / "da_co", ExportFormat.JSONL)
    with pytest.raises(ExportError, match="no export"):
        read_cursor(tmp_path / "da_co")
