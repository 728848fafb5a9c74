"""Runs the declared tables: in dynalite on this machine, or in a database that the user names."""

from localcloud.runtimes.database.dynalite import Database, find_node
from localcloud.runtimes.database.dynamodb_http import DatabaseError
from localcloud.runtimes.database.external import ExternalDatabase
from localcloud.runtimes.database.index_repair import RepairReport
from localcloud.runtimes.database.spec import IndexSpec, TableSpec

__all__ = [
    "Database",
    "DatabaseError",
    "ExternalDatabase",
    "IndexSpec",
    "RepairReport",
    "TableSpec",
    "find_node",
]
