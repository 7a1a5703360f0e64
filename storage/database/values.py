"""Between the records that rooms hand to each other and what columns hold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import orjson
from sqlalchemy import RowMapping

from storage.records import Capture, ListingItem, Location
from storage.vocabulary import Purpose

# PostgreSQL takes neither in a text, and no encoder takes a lone surrogate: both engines are held to the same.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def unstorable(value: object) -> str | None:
    """Return why a value cannot be stored as text on both engines, or None if it can. Looks into records too."""
    try:
        # One pass of a fast encoder, which refuses surrogates, settles nearly every value.
        if b"\\u0000" not in orjson.dumps(value):
            return None
    except orjson.JSONEncodeError:
        pass
    found = next((found for text in _texts(value) if (found := _UNSTORABLE.search(text))), None)
    return f"character U+{ord(found[0]):04X} cannot be stored" if found else None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, Mapping):
        yield from _texts((*value.keys(), *value.values()))
    elif is_dataclass(value):
        yield from _texts([getattr(value, one.name) for one in fields(value)])


def storable(text: str) -> str:
    """Return the text with what cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def item_value(item: ListingItem | None) -> dict[str, str] | None:
    """Return a listing row as a JSON object, empty fields left out."""
    if item is None:
        return None
    fields = {"url": item.url, "title": item.title, "published_raw": item.published_raw, "lead": item.lead}
    return {name: text for name, text in fields.items() if text}


def item_of(value: Mapping[str, str] | None) -> ListingItem | None:
    """Return the listing row of a JSON object that `item_value` made."""
    return None if value is None else ListingItem(**value)


def merged_item(old: Mapping[str, str] | None, new: ListingItem) -> dict[str, str]:
    """Return what is known of a listed article: the newest row's words, and older ones where it says nothing.

    A second listing often shows the title alone; the date of the first must not be lost by it.
    """
    return {**(old or {}), **(item_value(new) or {})}


def capture_of(row: Mapping[str, Any] | RowMapping) -> tuple[Capture, Location]:
    """Return the capture, and where it lies, of a row of table `capture`."""
    capture = Capture(
        record_id=row["record_id"],
        run_id=row["run_id"],
        portal=row["portal"],
        purpose=Purpose(row["purpose"]),
        url=row["url"],
        fetched_at=row["fetched_at"],
        status=row["status"],
        headers=row["headers"],
        payload_sha256=row["payload_sha256"],
        payload_size=row["payload_size"],
        listing=row["listing"],
        page=row["page"],
        item=item_of(row["item"]),
        parent=row["parent"],
    )
    return capture, Location(row["segment"], row["segment_offset"], row["segment_length"])
