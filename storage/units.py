"""Administrative units: provinces before and after 1 July 2025, and the districts of crawled portals.

Decision 124/2004/QĐ-TTg (code list `gso-2004`) was replaced by Decision 19/2025/QĐ-TTg (`qd19-2025`), in force on
2025-07-01; the district level ended the day before. Seven codes were given to another province: a code means nothing
without its list.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("units.csv")


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit.

    Attributes:
        code_system: code list, `gso-2004` or `qd19-2025`.
        code: the unit's code in it.
        name: Vietnamese name with its kind ("Tỉnh Lào Cai").
        level: province, district or commune.
        parent: code of the unit above it in the same list; "" for provinces.
        valid_from: first day under this code and name; None if before our records.
        valid_to: last day; None if it stands today.
        successors: codes in `qd19-2025` of the units that its area went to.
    """

    code_system: str
    code: str
    name: str
    level: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]


@cache
def units() -> dict[tuple[str, str], Unit]:
    """Return every known unit by code list and code."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = [
            Unit(
                row["code_system"],
                row["code"],
                row["name"],
                row["level"],
                row["parent"],
                date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
                date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                tuple(row["successors"].split()),
            )
            for row in csv.DictReader(lines)
        ]
    return {(unit.code_system, unit.code): unit for unit in rows}


def find_unit(code_system: str, code: str) -> Unit:
    """Return the unit of a code in its list.

    Raises:
        ValueError: the code is not in the list; the message says where to add it.
    """
    try:
        return units()[code_system, code]
    except KeyError:
        raise ValueError(f"unit {code} of {code_system} is not in {_FILE.name}: add its row") from None


def unit_at(code_system: str, code: str, day: date) -> Unit | None:
    """Return what the unit of a code was, or had become, on a day.

    None if its area had gone to several units by then, or the unit did not exist yet.

    Raises:
        ValueError: the code is not in the list.
    """
    unit: Unit | None = find_unit(code_system, code)
    while unit is not None and unit.valid_to is not None and day > unit.valid_to:
        followers = successors(unit)
        unit = followers[0] if len(followers) == 1 else None
    return None if unit is None or (unit.valid_from is not None and day < unit.valid_from) else unit


def successors(unit: Unit) -> tuple[Unit, ...]:
    """Return the units that the area of a unit went to; none if it stands today."""
    return tuple(find_unit("qd19-2025", code) for code in unit.successors)
