"""Documents made from the code, so that they cannot differ from it: `python -m flows.documents` writes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from storage.records import VIETNAM, Article, Refusal
from storage.settings import PROJECT_ROOT, Settings
from storage.vocabulary import VERDICTS, RefusalKind

VERDICTS_FILE = Path("docs/verdicts.md")
SCHEMA_FILE = Path("docs/reading-schema.json")
SETTINGS_FILE = Path("docs/settings.md")


@dataclass(frozen=True, slots=True)
class ArticleRecord(Article):
    """An article as `congtin read` prints it. `published_on` is the local date of `published_at`."""

    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class RefusalRecord:
    """A refused page as `congtin read` prints it."""

    url: str
    kind: Literal["refusal"]
    refusal: RefusalKind
    reason: str
    reader_version: str


_OF_PAGES = {"continues", "first_page"}
"""What one page of a split article says of the others: for the crawl, not for readers of the result."""

_OUTPUT: TypeAdapter[ArticleRecord | RefusalRecord] = TypeAdapter(ArticleRecord | RefusalRecord)


def reading_json(result: Article | Refusal) -> str:
    """Return a reading as JSON by the schema of `reading_schema`; times are ISO 8601 with +07:00."""
    record: ArticleRecord | RefusalRecord
    if isinstance(result, Refusal):
        record = RefusalRecord(result.url, "refusal", result.kind, result.reason, result.reader_version)
    else:
        published = result.published_at.astimezone(VIETNAM) if result.published_at else None
        values = {entry.name: getattr(result, entry.name) for entry in fields(result)}
        values["published_at"] = published
        record = ArticleRecord(**values, published_on=published.date() if published else None)
    return json.dumps(_OUTPUT.dump_python(record, mode="json", exclude=_OF_PAGES), ensure_ascii=False, indent=2)


def reading_schema() -> str:
    """Return the JSON schema of what `congtin read` prints, with a final line feed."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "congtin read",
        **_OUTPUT.json_schema(mode="serialization"),
    }
    del schema["$defs"]["Continuation"]
    record = schema["$defs"]["ArticleRecord"]
    record["properties"] = {name: value for name, value in record["properties"].items() if name not in _OF_PAGES}
    record["required"] = [name for name in record["required"] if name not in _OF_PAGES]
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def verdicts_page() -> str:
    """Return the page that explains the verdicts, in Markdown, with a final line feed."""
    lines = [
        "# Verdicts: how a run ends",
        "",
        "Made from `storage/vocabulary.py` by `python -m flows.documents`; do not edit.",
        "",
        "A run has exactly one verdict. Where several hold, the one lower in this table is the worse; `congtin ingest`",
        "exits with the code of the worst verdict of its portals. A verdict of which a person is told never ends a",
        "Prefect run as COMPLETED. What was archived is kept whatever the verdict.",
        "",
        "| code | nhãn | nghĩa | Prefect | exit code | loaded | a person is told | việc cần làm |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{verdict.value}` | {facts.label} | {facts.meaning} | {facts.prefect_state.value} | {facts.exit_code} "
        f"| {_yes(facts.loaded)} | {_yes(facts.notified)} | {facts.todo or '–'} |"
        for verdict, facts in VERDICTS.items()
    ]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Return the page that explains the settings, in Markdown, with a final line feed."""
    lines = [
        "# Settings",
        "",
        "Made from `storage/settings.py` by `python -m flows.documents`; do not edit.",
        "",
        "Read from the environment or from `.env` in the project's root; the environment wins, an empty value counts",
        "as not set, a name that does not exist is an error. Relative paths resolve against the project's root.",
        "",
        "| name | default | meaning |",
        "|---|---|---|",
    ]
    for name, entry in Settings.model_fields.items():
        default = ":".join(map(str, entry.default)) if isinstance(entry.default, tuple) else entry.default
        shown = f"`{default}`" if default not in (None, "") else "–"
        lines.append(f"| `CONGTIN_{name.upper()}` | {shown} | {entry.description} |")
    return "\n".join(lines) + "\n"


def _yes(value: object) -> str:
    return "yes" if value else "no"


DOCUMENTS: dict[Path, Callable[[], str]] = {
    VERDICTS_FILE: verdicts_page,
    SCHEMA_FILE: reading_schema,
    SETTINGS_FILE: settings_page,
}


def main() -> None:
    """Write the documents into the project's `docs/`."""
    for file, text in DOCUMENTS.items():
        target = PROJECT_ROOT / file
        target.parent.mkdir(exist_ok=True)
        target.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
