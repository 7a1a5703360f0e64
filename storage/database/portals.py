"""The portals of the portal files, entered so that consumers see their facts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from storage.database.bulk import upsert
from storage.database.engine import transact
from storage.database.feed import number_changes
from storage.database.models import article, portal, portal_unit
from storage.database.types import now
from storage.units import Unit, find_unit, successors
from storage.vocabulary import Cause, Change


@dataclass(frozen=True, slots=True)
class PortalRow:
    """The facts of a portal that consumers see.

    Attributes:
        name, title, platform, level, lifecycle, lifecycle_note, successor, valid_to, verified, reuse: as in its file.
        unit_name: Vietnamese name of the publishing unit.
        code_system: code list of the two codes.
        province: code of the province.
        district: code of the district, if the unit is one.
    """

    name: str
    title: str
    platform: str
    level: str
    unit_name: str
    code_system: str
    province: str
    district: str | None
    lifecycle: str
    lifecycle_note: str
    successor: str | None
    valid_to: date | None
    verified: date | None
    reuse: str


_UNIT_FIELDS = tuple(
    f"{name}{suffix}"
    for suffix in ("", "_today")
    for name in (
        "unit_code_system",
        "unit_code",
        "unit_name",
        "province_code_system",
        "province_code",
        "province_name",
    )
)
"""Columns of `v1_articles` that the units' periods give."""

_NOT_OF_PORTAL = frozenset({"unit_name", "code_system", "province", "district"})


def sync_portals(engine: Engine, rows: Sequence[PortalRow]) -> None:
    """Enter the portals, or what changed in their files. A portal whose file is gone stays: its articles do.

    Raises:
        ValueError: a province's code is in no code list.
    """
    facts = [{name: value for name, value in asdict(row).items() if name not in _NOT_OF_PORTAL} for row in rows]
    periods = [period for row in rows for period in _periods(row)]

    def work(connection: Connection) -> None:
        names = [row.name for row in rows]
        before = _published(connection, names)
        upsert(connection, portal, facts, update=[name for name in facts[0] if name != "name"])
        connection.execute(delete(portal_unit).where(portal_unit.c.portal.in_([row.name for row in rows])))
        connection.execute(insert(portal_unit), periods)
        after = _published(connection, names)
        _tell(connection, {name: _fields(before[name], after[name]) for name in sorted(names)})

    if rows:
        transact(engine, work)


def _published(connection: Connection, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Return what each article shows of its portal: reuse, and the units by period."""
    reuse = {
        row.name: row.reuse
        for row in connection.execute(select(portal.c.name, portal.c.reuse).where(portal.c.name.in_(names)))
    }
    units: dict[str, list[tuple[Any, ...]]] = {}
    for row in connection.execute(
        select(portal_unit)
        .where(portal_unit.c.portal.in_(names))
        .order_by(portal_unit.c.portal, portal_unit.c.valid_from)
    ):
        units.setdefault(row.portal, []).append(tuple(row))
    return {name: (reuse.get(name), units.get(name)) for name in names}


def _fields(before: tuple[Any, Any], after: tuple[Any, Any]) -> list[str]:
    reuse = ["reuse"] if before[0] != after[0] else []
    return [*reuse, *(_UNIT_FIELDS if before[1] != after[1] else ())]


def _tell(connection: Connection, changed: Mapping[str, list[str]]) -> None:
    """Tell the feed of every article whose portal's facts are others now: a correction of ours, not an edit."""
    moment, run_id = now(), "portal_files"
    for name, fields in changed.items():
        if not fields:
            continue
        shown = select(article.c.id, article.c.version_no).where(
            article.c.portal == name, article.c.merged_into.is_(None), article.c.withdrawn_at.is_(None)
        )
        number_changes(
            connection,
            [
                {
                    "at": moment,
                    "kind": Change.UPDATED.value,
                    "cause": Cause.CORRECTION.value,
                    "portal": name,
                    "article_id": row.id,
                    "version_no": row.version_no,
                    "changed_fields": fields,
                    "other_article_id": None,
                    "capture_id": None,
                    "run_id": run_id,
                }
                for row in connection.execute(shown.order_by(article.c.id))
            ],
        )


def _unit(row: PortalRow, province: Unit) -> Unit | None:
    """Return the publishing unit if it has a code. A district that is in no list of ours ended with its province."""
    if row.district is None:
        return province if row.level == "province" else None
    try:
        return find_unit(row.code_system, row.district)
    except ValueError:
        return Unit(
            row.code_system,
            row.district,
            row.unit_name,
            row.level,
            province.code,
            province.valid_from,
            province.valid_to,
            (),
        )


def _periods(row: PortalRow) -> list[dict[str, Any]]:
    """Return the publishing unit period by period: as the file names it, then what took its place.

    A unit with several successors, or with none of its own level, has none: only its province goes on.
    """
    found = find_unit(row.code_system, row.province)
    unit = _unit(row, found)
    province: Unit | None = found
    name = row.unit_name
    periods: list[dict[str, Any]] = []
    valid_from = date.min
    while province is not None:
        ends = province.valid_to if unit is None else unit.valid_to
        periods.append(
            {
                "portal": row.name,
                "valid_from": valid_from,
                "valid_to": ends,
                "unit_code_system": unit.code_system if unit else None,
                "unit_code": unit.code if unit else None,
                "unit_name": unit.name if unit else name or None,
                "province_code_system": province.code_system,
                "province_code": province.code,
                "province_name": province.name,
            }
        )
        if ends is None:
            break
        followers = successors(unit) if unit else ()
        unit = followers[0] if len(followers) == 1 else None
        name = ""
        province = next(iter(successors(province)), None)
        valid_from = date.fromordinal(ends.toordinal() + 1)
    return periods
