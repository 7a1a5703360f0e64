"""Bulk statements store the same on both engines, whatever a column holds."""

from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, Text, delete, select

from storage.database.bulk import insert_rows, update_rows, upsert
from storage.database.types import BigId, Day, Json, VietnamTime
from storage.records import VIETNAM

metadata = MetaData()
THINGS = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("note", Text),
    Column("size", BigId),
    Column("at", VietnamTime),
    Column("day", Day),
    Column("facts", Json),
    Column("raw", LargeBinary),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 50),
            "note": st.none() | TEXTS,
            "size": st.none() | st.integers(-(2**63), 2**63 - 1),
            "at": st.none() | st.just(datetime(2025, 3, 1, 8, 5, tzinfo=VIETNAM)),
            "day": st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1)),
            "facts": st.none() | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, st.integers(0, 9), max_size=3),
            "raw": st.none() | st.binary(max_size=20),
        }
    ),
    max_size=8,
    unique_by=lambda row: str(row["id"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, again=ROWS)
def test_rows_come_back_as_they_went_in(
    engine: Engine, rows: list[dict[str, Any]], again: list[dict[str, Any]]
) -> None:
    metadata.create_all(engine)
    names = [column.name for column in THINGS.columns if column.name != "id"]
    with engine.begin() as connection:
        connection.execute(delete(THINGS))
        insert_rows(connection, THINGS, rows)
        kept = {row["id"]: row for row in rows}
        update_rows(connection, THINGS, "id", again)
        kept |= {row["id"]: row for row in again if row["id"] in kept}
        found = {row["id"]: dict(row) for row in connection.execute(select(THINGS)).mappings()}
        assert found == kept
        upsert(connection, THINGS, again, update=names)
        found = {row["id"]: dict(row) for row in connection.execute(select(THINGS)).mappings()}
        assert found == kept | {row["id"]: row for row in again}
