"""Addresses as they are seen: in listings, or fetched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, select

from storage.addresses import address_key
from storage.database.among import among
from storage.database.bulk import Columns, update_rows, upsert
from storage.database.keys import address_id
from storage.database.models import address, listing_entry
from storage.database.values import merged_item
from storage.records import Capture, ListingItem
from storage.text import printed_month


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address seen at a time, with the listing row that showed it, if any."""

    url: str
    at: datetime
    item: ListingItem | None
    listing: str


def see_addresses(connection: Connection, portal: str, sightings: Sequence[Sighting]) -> None:
    """Enter addresses that are not known, and what listings newly say of those that are."""
    if not sightings:
        return
    rows: dict[str, dict[str, Any]] = {}
    said: dict[str, list[ListingItem]] = {}
    for seen in sightings:
        key = address_id(portal, seen.url)
        rows.setdefault(
            key,
            {
                "id": key,
                "portal": portal,
                "key": address_key(seen.url),
                "url": seen.url,
                "listing": seen.listing,
                "item": None,
                "listed_month": None,
                "first_seen_at": seen.at,
            },
        )
        if seen.item is not None:
            said.setdefault(key, []).append(seen.item)
    known: dict[str, Mapping[str, str] | None] = {
        row.id: row.item
        for row in connection.execute(select(address.c.id, address.c.item).where(among(connection, address.c.id, rows)))
    }
    changed = []
    for key, items in said.items():
        merged = known.get(key)
        for item in items:
            merged = merged_item(merged, item)
        month = printed_month((merged or {}).get("published_raw", ""))
        rows[key] |= {"item": merged, "listed_month": month}
        if key in known and merged != known[key]:
            changed.append({"id": key, "item": merged, "listed_month": month})
    upsert(connection, address, [row for key, row in rows.items() if key not in known])
    update_rows(connection, address, "id", changed)


def see_entries(connection: Connection, portal: str, pages: Iterable[tuple[Capture, Iterable[ListingItem]]]) -> None:
    """Enter the rows of listing pages; the addresses are entered already."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for capture, items in pages:
        for item in items:
            key = address_id(portal, item.url)
            row = rows.setdefault(
                (capture.listing, key),
                {
                    "portal": portal,
                    "listing": capture.listing,
                    "address_id": key,
                    "first_seen_at": capture.fetched_at,
                    "last_seen_at": capture.fetched_at,
                    "last_run": capture.run_id,
                    "last_page": capture.page,
                },
            )
            # A row that slides down while the run reads counts where it was seen first.
            page = min(row["last_page"], capture.page) if row["last_run"] == capture.run_id else capture.page
            row.update(last_seen_at=capture.fetched_at, last_run=capture.run_id, last_page=page)
    upsert(
        connection,
        listing_entry,
        list(rows.values()),
        update=("last_seen_at", "last_run"),
        expressions=lambda new: {"last_page": _page_in_run(new)},
    )


def _page_in_run(new: Columns) -> ColumnElement[int]:
    """Return the page of a row that is seen again: within a run the one where it was seen first."""
    old = listing_entry.c
    higher = (old.last_run == new.last_run) & (old.last_page < new.last_page)
    return case((higher, old.last_page), else_=new.last_page)
