"""I10 outside of the archive: the secrets of the settings in rows, logs and reports."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy import Select, cast, or_, select
from sqlalchemy import Text as SqlText
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from flows.steps.doctor.model import Checked, Finding, Invariant, Scope
from storage.database.models import capture, decision, metadata, run
from storage.database.types import Json
from storage.settings import Settings

SHORTEST = 8
"""Characters from which a secret can be looked for: a shorter one is found in any text."""
_CHUNK = 1 << 20


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return what must appear nowhere, in every spelling: passwords in addresses, and other secret settings."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found |= _spellings(value.get_secret_value())
    return tuple(sorted(secret for secret in found if len(secret) >= SHORTEST))


def _spellings(secret: str) -> set[str]:
    if "://" in secret:
        try:
            secret = make_url(secret).password or ""
        except ArgumentError:
            return set()
    return {secret, quote(secret, safe="")}


def told_nowhere(scope: Scope) -> Checked:
    """Look for the secrets in the rows in scope, in the portal's log and in reports that are kept."""
    if not scope.secrets:
        return Checked(Invariant.SECRETS, 0)
    findings = [*_in_rows(scope), *_in_files(scope)]
    return Checked(Invariant.SECRETS, len(metadata.tables), tuple(findings))


def _in_rows(scope: Scope) -> Iterator[Finding]:
    with scope.connect() as connection:
        for table in metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, SqlText | Json)]
            if not texts:
                continue
            holds = [
                cast(column, SqlText).contains(secret, autoescape=True) for column in texts for secret in scope.secrets
            ]
            query: Select[Any] = select(cast(next(iter(table.primary_key)), SqlText)).where(or_(*holds)).limit(3)
            if scope.run_id is not None:
                mine = {
                    capture: capture.c.run_id == scope.run_id,
                    run: run.c.id == scope.run_id,
                    decision: decision.c.portal == scope.name,
                }.get(table)
                if mine is None:
                    continue
                query = query.where(mine)
            elif "portal" in table.c:
                query = query.where(table.c.portal == scope.name)
            for key in connection.scalars(query):
                what = f"bảng {table.name}, dòng {key} có chứa một bí mật của cấu hình"
                yield scope.finding(f"{table.name} {key}", what, "Đổi mật khẩu hoặc khóa đó ngay, xóa nó khỏi dòng.")


def _in_files(scope: Scope) -> Iterator[Finding]:
    for file in sorted((*(scope.var / "logs").glob(f"{scope.name}.log*"), *(scope.var / "runs").glob("*/*.json"))):
        if _holds(file, scope.secrets):
            what = "tệp có chứa một bí mật của cấu hình"
            yield scope.finding(str(file), what, "Đổi mật khẩu hoặc khóa đó ngay, xóa tệp.")


def _holds(file: Path, secrets: Sequence[str]) -> bool:
    wanted = [secret.encode() for secret in secrets]
    longest = max(map(len, wanted), default=0)
    tail = b""
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                text = tail + chunk
                if any(secret in text for secret in wanted):
                    return True
                tail = text[-longest:]
    except FileNotFoundError:  # rotated meanwhile
        return False
    return False
