"""Publish by replacing partitions: filled at once where the table is new, exchanged where it has rows."""

from __future__ import annotations

import polars as pl

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import ddl, names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.copy import copy_frame
from sparkify_assets.postgres.exchange import Exchange
from sparkify_assets.postgres.modes import ReplacePartition
from sparkify_assets.postgres.publication import PartitionsWritten, Publication, Written
from sparkify_assets.postgres.table import Table


def replace_partitions(
    connection: Connection, table: Table, mode: ReplacePartition, publication: Publication
) -> PartitionsWritten:
    """Make the rows the only ones of their partitions, inside the caller's transaction.

    Unless the table is new, the temporary tables `staged` and `departed` (rows that left the table) remain until
    the transaction ends.

    Raises:
        PublishError: a row is of a partition that is not among the publication's, a row that comes back refers to
            a parent that is gone, or staged rows and published plus superseded ones do not come out equal.
    """
    frame, claims = publication.rows, publication.claims if mode.claims is not None else None
    for given in (frame, claims):
        if given is not None:
            _refuse_strangers(table, given[mode.column], publication)
    created = [ddl.create_or_check(connection, each) for each in ddl.tables_written_with(table)]
    if all(created) and not _collide(frame, claims, mode):
        return _fill_new(connection, table, mode, publication, frame, claims)
    for is_new, each in zip(created, ddl.tables_written_with(table), strict=True):
        if is_new:
            ddl.finish(connection, each)
    return Exchange(connection, table, mode, publication).run(frame, claims)


def _refuse_strangers(table: Table, partitions: pl.Series, publication: Publication) -> None:
    strangers = set(partitions.unique().cast(pl.String)) - set(publication.partitions)
    if strangers:
        raise PublishError(
            f"table '{table.qualified_name}': rows of partition {min(map(str, strangers))} in a publication of "
            f"{_span(publication.partitions)}; no row was changed"
        )


def _collide(frame: pl.DataFrame, claims: pl.DataFrame | None, mode: ReplacePartition) -> bool:
    if not mode.unique:
        return False
    keys = [frame.select(mode.unique)]
    if claims is not None:
        keys.append(claims.select(mode.unique))
    every = pl.concat(keys)
    # Hashes that all differ prove that the keys do, at a quarter of the cost.
    return every.select(pl.struct(pl.all()).hash().n_unique()).item() < every.height and every.n_unique() < every.height


def _fill_new(
    connection: Connection,
    table: Table,
    mode: ReplacePartition,
    publication: Publication,
    frame: pl.DataFrame,
    claims: pl.DataFrame | None,
) -> PartitionsWritten:
    """Write the first rows of a table: no old row to compare with, and keys after the rows."""
    copy_frame(connection, frame, names.relation(table), frozen=True)
    if mode.claims is not None and claims is not None:
        copy_frame(connection, claims, names.relation(mode.claims), frozen=True)
    for each in ddl.tables_written_with(table):
        ddl.finish(connection, each)
    sizes = frame.group_by(pl.col(mode.column).cast(pl.String)).len()
    rows = dict.fromkeys(publication.partitions, 0) | dict(sizes.iter_rows())
    written = Written(
        staged=frame.height,
        inserted=frame.height,
        updated=0,
        unchanged=0,
        deleted=0,
        net_change=frame.height,
        partition_rows=rows,
    )
    return PartitionsWritten(written, {name: (count, 0, 0) for name, count in rows.items()}, created=True)


def _span(partitions: tuple[str, ...]) -> str:
    if len(partitions) == 1:
        return f"partition {partitions[0]}"
    return f"{len(partitions)} partitions from {min(partitions)} to {max(partitions)}" if partitions else "none"
