"""What is exported: a table a view, where its rows lie, and what of a press portal's pieces goes out."""

from dataclasses import dataclass
from typing import Any

from storage.consume.columns import Column
from storage.consume.dictionary import VIEWS
from storage.vocabulary import PressTexts


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table of the export.

    Attributes:
        name: of its folder.
        view: the view that it holds.
        month: expression whose first seven letters are the month that a row lies in; "" if the table is one file, which
            is whole in every export.
        order: rows' order within a file.
        texts: columns that are left empty for press pieces.
        cursor: expression that is compared with the cursor; by default a row goes with its article's changes.
    """

    name: str
    view: str
    month: str = ""
    order: str = "1"
    texts: tuple[str, ...] = ()
    cursor: str = ""

    @property
    def divided(self) -> bool:
        """Whether the table has a file a portal and month."""
        return bool(self.month)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The view's columns, save those that only a database can use."""
        (view,) = (one for one in VIEWS if one.name == self.view)
        return tuple(one for one in view.columns if one.type != "index")

    def select(self, since: int | None, press: PressTexts) -> tuple[str, dict[str, Any]]:
        """Return the query of rows in the order of files, with `_portal` and `_month`, and its values."""
        names = [one.name for one in self.columns]
        if not self.divided:
            chosen = ", ".join(f"v.{name}" for name in names)
            return f"SELECT {chosen}, NULL AS _portal, NULL AS _month FROM {self.view} v ORDER BY {self.order}", {}  # noqa: S608 - our own names
        hidden = self.texts if press is PressTexts.METADATA else ()
        chosen = ", ".join(
            f"CASE WHEN p.reuse = 'official' THEN v.{name} END AS {name}" if name in hidden else f"v.{name}"
            for name in names
        )
        tables = f"{self.view} v LEFT JOIN v1_portals p ON p.portal = v.portal"
        if self.month.startswith("a."):
            tables += " JOIN v1_articles a ON a.article_id = v.article_id"
        conditions = ["p.reuse = 'official'"] if press is PressTexts.NONE else []
        if since is not None:
            conditions.append(
                f"{self.cursor} > :since"
                if self.cursor
                else "v.article_id IN (SELECT c.article_id FROM v1_changes c WHERE c.seq > :since)"
            )
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        month = f"substr({self.month}, 1, 7)"
        query = (
            f"SELECT {chosen}, v.portal AS _portal, {month} AS _month FROM {tables} {where} "  # noqa: S608 - our own names
            f"ORDER BY v.portal, {month}, {self.order}"
        )
        return query, {} if since is None else {"since": since}


TABLES = (
    ExportTable("articles", "v1_articles", "v.sort_date", "v.article_id", texts=("lead", "text")),
    ExportTable("versions", "v1_article_versions", "v.seen_at", "v.article_id, v.version_no", texts=("lead", "text")),
    ExportTable("addresses", "v1_addresses", "v.first_seen_at", "v.article_id, v.url"),
    ExportTable("images", "v1_images", "a.sort_date", "v.article_id, v.position"),
    ExportTable("attachments", "v1_attachments", "a.sort_date", "v.article_id, v.position"),
    ExportTable("document_numbers", "v1_document_numbers", "a.sort_date", "v.article_id, v.number_key"),
    ExportTable("changes", "v1_changes", "v.changed_at", "v.seq", cursor="v.seq"),
    ExportTable("links", "v1_links", order="1, 2"),
    ExportTable("stories", "v1_stories"),
    ExportTable("story_articles", "v1_story_articles", order="1, 2"),
    ExportTable("portals", "v1_portals"),
    ExportTable("coverage", "v1_coverage", order="1, 2, 3"),
)
