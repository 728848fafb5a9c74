"""The databases of these tests."""

from tests.blog.databases import any_database, dynalite, moto
from tests.blog.stores import client, store, table

__all__ = ["any_database", "client", "dynalite", "moto", "store", "table"]
