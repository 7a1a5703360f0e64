"""The portals of the portal files, entered so that consumers see their facts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert

from storage.database.bulk import upsert
from storage.database.engine import transact
from storage.database.models import portal, portal_unit
from storage.units import Unit, find_unit, successors


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


_NOT_OF_PORTAL = frozenset({"unit_name", "code_system", "province", "district"})


def sync_portals(engine: Engine, rows: Sequence[PortalRow]) -> None:
    """Enter the portals, or what changed in their files. A portal whose file is gone stays: its articles do.

    Raises:
        ValueError: a province's code is in no code list.
    """
    facts = [{name: value for name, value in asdict(row).items() if name not in _NOT_OF_PORTAL} for row in rows]
    periods = [period for row in rows for period in _periods(row)]

    def work(connection: Connection) -> None:
        upsert(connection, portal, facts, update=[name for name in facts[0] if name != "name"])
        connection.execute(delete(portal_unit).where(portal_unit.c.portal.in_([row.name for row in rows])))
        connection.execute(insert(portal_unit), periods)

    if rows:
        transact(engine, work)


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
