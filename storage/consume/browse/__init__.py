"""The data in a browser: Datasette over the `v1_*` views, with a page for each article.

On SQLite it reads the database itself, beside whoever writes; on PostgreSQL a copy of the views as they are at the
start (Datasette reads SQLite alone), while the articles' pages come from the database.
"""

from storage.consume.browse.site import open_site

__all__ = ["open_site"]
