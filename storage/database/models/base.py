"""The metadata that all tables belong to, and the note that a database carries of itself."""

from sqlalchemy import Column, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# What the database was last brought up to: digests of its views and of the rules that mask; the roles' prefix.
schema_note = Table(
    "schema_note",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
