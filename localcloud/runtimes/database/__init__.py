"""Runs the declared tables: a DynamoDB-compatible database on disk, or one the user names."""

from localcloud.runtimes.database.dynalite import Database, find_node
from localcloud.runtimes.database.external import ExternalDatabase
from localcloud.runtimes.database.mend import MendReport
from localcloud.runtimes.database.spec import IndexSpec, TableSpec
from localcloud.runtimes.database.wire import DatabaseError

__all__ = [
    "Database",
    "DatabaseError",
    "ExternalDatabase",
    "IndexSpec",
    "MendReport",
    "TableSpec",
    "find_node",
]
