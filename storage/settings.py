"""Every setting of congtin, in one place: read from the environment (`CONGTIN_…`) or a `.env` file."""

import os
import ssl
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = PROJECT_ROOT / ".env"


class UnknownSettingError(Exception):
    """A `CONGTIN_` name that is no setting; a typo must not pass in silence."""


class Settings(BaseSettings):
    """Settings; relative paths resolve against the project's root."""

    model_config = SettingsConfigDict(
        env_prefix="CONGTIN_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    var: Path = Field(Path("var"), description="Folder of everything congtin writes: archive, database, logs, locks.")
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy address of the database; default is SQLite in `var/congtin.db`."
    )
    portals: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Further folders of portal files, separated by `:`; a file here adds to those of the project."
    )
    connect_to: str = Field(
        "",
        description="Connect-to map `host:port=address:port`, comma-separated, IPv6 in brackets. An entry permits "
        "exactly that host and port to be served from that address, loopback included.",
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of certificate authorities trusted besides the system's."
    )
    contact: str = Field(
        "",
        pattern=r"^(?:https?://[!-'*-~]+|[!-'*-?A-~]+@[!-'*-?A-~]+)?$",
        description="Web address or e-mail of whoever answers for the crawl, put into the user agent for the owners of "
        "the portals. Without it only hosts in `CONGTIN_CONNECT_TO` are asked.",
    )
    delay: float | None = Field(
        None,
        ge=0,
        description="Seconds between two requests to a host, instead of the portal's own; only obeyed for hosts in "
        "`CONGTIN_CONNECT_TO`, where no real portal is asked.",
    )
    readers: int = Field(2, ge=1, le=64, description="Reading processes of a run.")
    read_timeout: float = Field(20.0, gt=0, description="Seconds a page may take to read before its reader is killed.")
    batch_size: int = Field(200, ge=1, le=1000, description="Captures read and loaded in one transaction.")
    notify: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Prefect blocks through which people are told what is wrong, `type/name`, comma-separated: "
        "`congtin-notification/ops` for whatever Apprise reaches, or any notification block of Prefect's own.",
    )
    backup: Path | None = Field(
        default=None,
        description="Folder, best on another disk, that the nightly care adds a backup to; none by default.",
    )
    backup_keep: int = Field(14, ge=1, description="Backups of the database that are kept there.")
    disk_reserve_mb: int = Field(512, ge=0, description="Free space, in MiB, below which fetching stops.")
    serve_host: str = Field(
        "127.0.0.1",
        description="Address that `congtin serve` listens on. Anything but loopback needs `CONGTIN_SERVE_AUTH`.",
    )
    serve_port: int = Field(4200, ge=1, le=65535, description="Port of `congtin serve`: Prefect's API and its screen.")
    serve_auth: SecretStr | None = Field(
        default=None, description="`user:password` that Prefect's API and its screen ask for."
    )
    serve_runs: int = Field(8, ge=1, le=200, description="Portals at work at a time on this machine, under Prefect.")
    serve_keep_days: int = Field(
        60, ge=1, description="Days that Prefect keeps ended runs with their logs; the database's own runs stay."
    )
    archive_store: str = Field(
        "",
        pattern=r"^(?:s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9._-]+)*|file:///[A-Za-z0-9._/-]+)?$",
        description="Where every machine's sealed segments go: `s3://bucket/folder`, or `file:///folder` of a disk "
        "that all share. The archive in `CONGTIN_VAR` is then this machine's working place and cache. Without it the "
        "archive is of this machine alone.",
    )
    archive_store_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.:\[\]-]+/?$",
        description="Address of an S3-compatible server; none is Amazon's.",
    )
    archive_store_key: SecretStr | None = Field(
        default=None, description="Access key of the store; without it S3's own sources (`AWS_…`, a machine's role)."
    )
    archive_store_secret: SecretStr | None = Field(default=None, description="Secret key of the store.")
    archive_local_mb: int = Field(
        20_480,
        ge=0,
        description="MiB of segments kept on this machine that are in the store as well; beyond it the oldest go.",
    )
    segment_minutes: float = Field(
        10,
        gt=0,
        description="Minutes after which a crawl seals a segment, so that it goes to the store: what another machine "
        "lacks of a run at most. Only with `CONGTIN_ARCHIVE_STORE`.",
    )
    crash_at: str = Field(
        "",
        pattern=r"^(?:[a-z]+\.[a-z]+:[1-9][0-9]{0,5})?$",
        description="Only for tests: `point:n` kills the process that passes a point of `storage/crash.py` for the nth "
        "time.",
    )

    @field_validator("serve_auth")
    @classmethod
    def _names_both(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all(value.get_secret_value().partition(":")[::2]):
            raise ValueError("must be user:password")
        return value

    @model_validator(mode="after")
    def _has_both_keys(self) -> Self:
        if (self.archive_store_key is None) != (self.archive_store_secret is None):
            raise ValueError("CONGTIN_ARCHIVE_STORE_KEY and CONGTIN_ARCHIVE_STORE_SECRET belong together")
        return self

    @field_validator("portals", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(":") if part) if isinstance(value, str) else value

    @field_validator("notify", mode="before")
    @classmethod
    def _split_blocks(cls, value: object) -> object:
        return tuple(name for part in value.split(",") if (name := part.strip())) if isinstance(value, str) else value

    @field_validator("notify")
    @classmethod
    def _name_blocks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name.count("/") != 1:
                raise ValueError(f"{name} is no block: write it as type/name")
        return value

    @field_validator("var", "ca_file", "backup")
    @classmethod
    def _from_root(cls, value: Path | None) -> Path | None:
        return value if value is None or value.is_absolute() else PROJECT_ROOT / value

    @field_validator("ca_file")
    @classmethod
    def _holds_authorities(cls, value: Path | None) -> Path | None:
        if value is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
            except OSError as error:  # an SSLError too
                raise ValueError(f"{value} is no PEM file of certificates: {error.strerror or error}") from None
        return value

    @field_validator("portals")
    @classmethod
    def _folders_from_root(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(folder if folder.is_absolute() else PROJECT_ROOT / folder for folder in value)

    @property
    def archive(self) -> Path:
        """Folder of the WARC segments, one subfolder a portal."""
        return self.var / "archive"

    @cached_property
    def database(self) -> str:
        """Address of the database, password included: never log it."""
        if self.database_url is None:
            return f"sqlite:///{self.var / 'congtin.db'}"
        return self.database_url.get_secret_value()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        pydantic.ValidationError: a value is unusable; the message names the setting.
        UnknownSettingError: the environment or `.env` sets a `CONGTIN_` name that does not exist.
    """
    known = {f"CONGTIN_{name.upper()}" for name in Settings.model_fields}
    given = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE)) if name.upper().startswith("CONGTIN_")}
    if unknown := sorted(given - known):
        raise UnknownSettingError(f"no such setting: {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return Settings()
