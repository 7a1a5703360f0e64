"""What is ours in Datasette: which views are seen, how words are searched, the page of an article, years, safety."""

import asyncio
import functools
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import markupsafe
from datasette.facets import ColumnFacet, Facet
from datasette.utils import path_with_added_args, path_with_removed_args
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError
from pluggy import HookimplMarker
from sqlalchemy import Engine

from storage.consume.article import find_articles, is_withdrawn
from storage.consume.browse import labels
from storage.consume.browse.article import article_context
from storage.consume.queries import QUERIES
from storage.consume.search import fts_query, highlighter_of
from storage.consume.snippets import Cut
from storage.database.types import now

hookimpl = HookimplMarker("datasette")

DATABASE = "congtin"
"""Name of the database in addresses."""

HIDDEN = frozenset({"v1_search"})
"""Views that are for machines."""

_HEADERS = (
    # No script runs, nothing comes from elsewhere: whatever a portal wrote into its pages, it stays text.
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_ARTICLES = frozenset({"article_id", "other_article_id", "first_article_id", "longer_article_id"})
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:\d\d")

_log = logging.getLogger(__name__)

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]


class YearFacet(Facet):  # type: ignore[misc]
    """Counts rows by the year of a day's column; choosing one filters by the column's beginning."""

    type = "year"

    async def facet_results(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return counts by year, and the columns that took too long."""
        made: list[dict[str, Any]] = []
        for asked in self.get_configs():
            column = asked["config"]["simple"]
            counted = f"SELECT substr({column}, 1, 4) AS {column} FROM ({self.sql})"  # noqa: S608 - Datasette's own text
            by_year = ColumnFacet(
                self.ds,
                _uncounted(self.request),
                self.database,
                counted,
                params=self.params,
                metadata={"facets": [column]},
            )
            found, late = await by_year.facet_results()
            if late:
                return made, late
            key = f"{column}__startswith"
            for one in found[0]["results"]:
                year = str(one["value"])
                one["selected"] = self.request.args.get(key) == year
                change = path_with_removed_args if one["selected"] else path_with_added_args
                one["toggle_url"] = self.ds.urls.path(change(self.request, {key: year}))
            made.append(found[0])
        return made, []


def _uncounted(request: Request) -> Request:
    """Return a request that asks for no further columns to be counted: they are not in what years are counted of."""
    asked = [(name, value) for name, value in parse_qsl(request.query_string) if not name.startswith("_facet")]
    return Request({**request.scope, "query_string": urlencode(asked).encode()}, None)


class Plugin:
    """The hooks, over the database that articles' pages are read from."""

    __name__ = __name__  # Datasette takes plugins for modules

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @hookimpl(trylast=True)
    def prepare_connection(self, conn: Any) -> None:
        """Search words in the form of the index: Datasette sends what was typed through `escape_fts`."""
        conn.create_function("escape_fts", 1, lambda typed: fts_query(typed or "") or '""')

    @hookimpl
    def prepare_jinja2_environment(self, env: Any) -> None:
        """Give every template the labels and the queries."""
        env.globals |= {"labels": labels, "queries": QUERIES, "site": DATABASE, "today": lambda: now().date()}

    @hookimpl
    def register_facet_classes(self) -> list[type[YearFacet]]:
        """Add years."""
        return [YearFacet]

    @hookimpl
    def permission_allowed(self, action: str, resource: Any) -> bool | None:
        """Show the views and nothing else, not even to whom Datasette would let in."""
        if action == "view-table":
            return bool(resource[1].startswith("v1_") and resource[1] not in HIDDEN)
        return False if action in {"execute-sql", "view-database-download", "debug-menu", "permissions-debug"} else None

    @hookimpl
    def canned_queries(self) -> dict[str, dict[str, Any]]:
        """Offer the example queries."""
        return {one.name: {"sql": one.sql, "title": one.vietnamese, "params": list(one.parameters)} for one in QUERIES}

    @hookimpl
    def register_routes(self) -> list[tuple[str, Any]]:
        """Add the page of an article, by its number or address."""
        return [(r"^/bai/(?P<number>[0-9]{1,19})$", self.article), (r"^/bai$", self.article_at)]

    async def article(self, datasette: Any, request: Request) -> Response:
        """Answer with an article's page."""
        number = request.url_vars["number"]
        context = await _aside(article_context, self._engine, int(number)) if _NUMBER.fullmatch(number) else None
        if context is None:
            gone = await _aside(is_withdrawn, self._engine, number)
            raise NotFound(f"Bài số {number} đã được gỡ bỏ vĩnh viễn." if gone else f"Không có bài số {number}.")
        if context["article"]["article_id"] != int(number):
            return Response.redirect(datasette.urls.path(f"/bai/{context['article']['article_id']}"))
        return Response.html(await datasette.render_template("article.html", context, request=request))

    async def article_at(self, datasette: Any, request: Request) -> Response:
        """Lead from an address to its article."""
        found = await _aside(find_articles, self._engine, request.args.get("url") or "")
        if not found:
            raise NotFound("Không có bài ở địa chỉ này.")
        return Response.redirect(datasette.urls.path(f"/bai/{found[0]}"))

    @hookimpl
    def render_cell(self, row: Any, value: Any, column: str, datasette: Any) -> markupsafe.Markup | None:
        """Lead from numbers of articles and from titles to the article's page; print times and lists for people."""
        number = value if column in _ARTICLES else row["article_id"] if _titled(row, column) else None
        if isinstance(number, int):
            return markupsafe.Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/bai/{number}"), value)
        if isinstance(value, str) and _TIME.fullmatch(value):
            return markupsafe.Markup('<time datetime="{}">{}</time>').format(value, labels.moment(value))
        if isinstance(value, str) and value.startswith(("[", "urn:uuid:")):
            return markupsafe.Markup("<small>{}</small>").format(labels.listed(value))
        return None

    @hookimpl
    def extra_template_vars(self, template: str, request: Any, datasette: Any) -> Any:
        """Give the templates what was typed, snippets, and on the first page the portals."""

        async def variables() -> dict[str, Any]:
            typed = request.args.get("_search", "") if request else ""
            given: dict[str, Any] = {
                "typed": typed,
                "snippet": functools.partial(_snippet, highlighter_of(typed)),
            }
            if template in {"index.html", "database.html"}:
                found = await datasette.get_database(DATABASE).execute(_PORTALS)
                given |= {"portals": found.rows, "shown_views": [name for name in labels.VIEWS if name not in HIDDEN]}
            return given

        return variables

    @hookimpl
    def handle_exception(self, datasette: Any, request: Request, exception: Exception) -> Any:
        """Say what is wrong with a request; only what is our fault is logged, and only there in full."""

        async def answer() -> Response:
            status, said = 500, "Lỗi bên trong, xem nhật ký của congtin browse."
            if isinstance(exception, (Base400, DatasetteError)):
                status, said = exception.status, str(exception)
            else:
                _log.error("%s", request.path, exc_info=exception)
            if request.path.endswith(".json"):
                return Response.json({"ok": False, "error": said, "status": status}, status=status)
            page = await datasette.render_template("error.html", {"error": said, "status": status}, request=request)
            return Response.html(page, status=status)

        return answer

    @hookimpl
    def asgi_wrapper(self) -> Callable[[App], App]:
        """Set the headers of safety on every answer."""

        def wrap(app: App) -> App:
            async def safe(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
                async def with_headers(message: MutableMapping[str, Any]) -> None:
                    if message["type"] == "http.response.start":
                        message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
                    await send(message)

                await app(scope, receive, with_headers)

            return safe

        return wrap


_PORTALS = """
SELECT p.portal, p.title, p.reuse, p.last_run_at, a.articles, a.newest
FROM v1_portals p
LEFT JOIN (SELECT portal, count(*) AS articles, max(sort_date) AS newest FROM v1_articles GROUP BY portal) a
    ON a.portal = p.portal
ORDER BY p.portal"""


def _titled(row: Any, column: str) -> bool:
    return column == "title" and "article_id" in row.keys()  # noqa: SIM118 - a row of sqlite3 holds values


async def _aside(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run what waits for the database in a thread."""
    return await asyncio.get_running_loop().run_in_executor(None, functools.partial(work, *arguments))


def _snippet(highlighter: Any, row: Mapping[str, Any], *, title: bool) -> markupsafe.Markup:
    """Return a row's title, or the piece of its text that matches best, with the matches marked."""
    body = "\n".join(part for part in (row["lead"], row["text"]) if part)
    return marked(highlighter.whole(row["title"]) if title else highlighter.snippet(body))


def marked(cut: Cut) -> markupsafe.Markup:
    """Return a cut as HTML, its matches in `mark`."""
    made, last = markupsafe.Markup(""), 0
    for start, end in cut.spans:
        made += markupsafe.escape(cut.text[last:start])
        made += markupsafe.Markup("<mark>{}</mark>").format(cut.text[start:end])
        last = end
    return made + markupsafe.escape(cut.text[last:])
