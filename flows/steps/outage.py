"""What a database that does not answer looks like to a run, after the retries of `storage.database.engine.transact`."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

DATABASE_DOWN = (OperationalError, InterfaceError)
"""Lost connections, lock time-outs that last, no room left: nothing is wrong with the data or the code."""

_INSUFFICIENT_PRIVILEGE = "42501"


def is_forbidden(error: BaseException) -> bool:
    """Whether PostgreSQL says that the role may not do this: it answers, and will say so again."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == _INSUFFICIENT_PRIVILEGE


def says(error: BaseException) -> str:
    """Return the first line of what a driver says, without SQL or its parameters: of the error that came first.

    What is said while a broken transaction is rolled back tells nothing of why it broke.
    """
    first, at = error, error.__context__
    while at is not None:
        first, at = at if isinstance(at, DBAPIError) else first, at.__context__
    original = getattr(first, "orig", None) or first
    return (str(original).strip() or type(original).__name__).splitlines()[0]
