"""Bring a table into the state its declaration asks for, without touching what already fits."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from sparkify_assets.errors import PublishError
from sparkify_assets.postgres import names
from sparkify_assets.postgres.connection import Connection
from sparkify_assets.postgres.modes import NewestPerKey, ReplacePartition
from sparkify_assets.postgres.table import Column, Table


@dataclass(frozen=True)
class _Stored:
    sql_type: str
    not_null: bool
    has_default: bool
    description: str | None


@dataclass(frozen=True)
class _Index:
    primary: bool
    unique: bool
    columns: tuple[str, ...]


def create_or_check(connection: Connection, table: Table) -> bool:
    """Create the table without its indexes, or add what an existing one lacks.

    Returns:
        True when the table was created: `finish` then has to add key, indexes and comments once the rows are in.

    Raises:
        PublishError: the stored table does not fit the declaration and can't be made to.
    """
    stored = _stored_columns(connection, table)
    if stored is None:
        connection.execute(_create_statement(table))
        return True
    for column in table.columns:
        _add_or_check(connection, table, column, stored.get(column.name))
    _refuse_unknown_obligations(table, stored)
    _add_missing_constraints(connection, table)
    described: dict[str | None, str | None] = {name: column.description for name, column in stored.items()}
    _comment(connection, table, described | {None: _table_comment(connection, table)})
    return False


def finish(connection: Connection, table: Table) -> None:
    """Add key, unique constraint, indexes and comments to a table that has just been created and filled.

    Raises:
        psycopg.errors.UniqueViolation: a key occurs twice.
    """
    # A sort in memory instead of on disk; for this transaction only.
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
    _add_missing_constraints(connection, table)
    _comment(connection, table, {})


def unique_key(table: Table) -> tuple[str, ...]:
    """Return the key that is unique across partitions, empty where none is declared."""
    return table.publish.unique if isinstance(table.publish, ReplacePartition) else ()


def _create_statement(table: Table) -> sql.Composed:
    lines = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            sql.SQL(column.sql_type),
            sql.SQL("" if column.nullable else " NOT NULL"),
        )
        for column in table.columns
    ]
    lines += [
        sql.SQL("CONSTRAINT {} CHECK ({})").format(sql.Identifier(name), condition)
        for name, condition in _checks(table).items()
    ]
    return sql.SQL("CREATE TABLE {} ({})").format(names.relation(table), sql.SQL(", ").join(lines))


def _checks(table: Table) -> dict[str, sql.Composed]:
    return {
        names.short_name(table.name, column.name, "check"): sql.SQL(" AND ").join(
            names.condition(column.name, check) for check in column.checks
        )
        for column in table.columns
        if column.checks
    }


def _stored_columns(connection: Connection, table: Table) -> dict[str, _Stored] | None:
    rows = connection.execute(
        """
        SELECT c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.atthasdef OR a.attidentity <> '',
               col_description(c.oid, a.attnum)
        FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relname = %s AND c.relnamespace = to_regnamespace(%s)
        """,
        (table.name, sql.Identifier(table.schema).as_string(connection)),
    ).fetchall()
    if not rows:
        return None
    if rows[0][0] not in ("r", "p"):
        raise PublishError(
            f"table '{table.qualified_name}': something of that name exists and is no table; rename or drop it; "
            "nothing was changed"
        )
    return {name: _Stored(kind, not_null, default, text) for _, name, kind, not_null, default, text in rows}


def _add_or_check(connection: Connection, table: Table, column: Column, stored: _Stored | None) -> None:
    if stored is None:
        if not column.nullable and _has_rows(connection, table):
            raise PublishError(
                f"table '{table.qualified_name}': the stored table lacks column '{column.name}', which may not be "
                "null, and it has rows; add and fill the column, or drop the table and load it again; "
                "nothing was changed"
            )
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD COLUMN {} {}{}").format(
                names.relation(table),
                sql.Identifier(column.name),
                sql.SQL(column.sql_type),
                sql.SQL("" if column.nullable else " NOT NULL"),
            )
        )
    elif stored.sql_type != column.sql_type:
        raise PublishError(
            f"table '{table.qualified_name}': stored column '{column.name}' is {stored.sql_type}, declared is "
            f"{column.sql_type}; alter the column, or drop the table and load it again; nothing was changed"
        )


def _refuse_unknown_obligations(table: Table, stored: dict[str, _Stored]) -> None:
    for name, column in stored.items():
        if name not in table.column_names and column.not_null and not column.has_default:
            raise PublishError(
                f"table '{table.qualified_name}': stored column '{name}' is not declared, has no default and may "
                "not be null, so no row could be written; drop it or give it a default; nothing was changed"
            )


def _has_rows(connection: Connection, table: Table) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(names.relation(table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _add_missing_constraints(connection: Connection, table: Table) -> None:
    present = _present_indexes(connection, table)
    for statement in [
        *_missing_key(table, present),
        *_missing_unique(table, present),
        *_missing_checks(connection, table),
        *_missing_indexes(table, present),
    ]:
        connection.execute(statement)


def _missing_key(table: Table, present: list[_Index]) -> list[sql.Composed]:
    stored = next((index.columns for index in present if index.primary), None)
    if stored is None and table.key:
        statement = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})")
        return [statement.format(names.relation(table), names.columns(table.key))]
    if stored is not None and set(stored) != set(table.key):
        raise PublishError(
            f"table '{table.qualified_name}': the stored primary key is {list(stored)}, declared is "
            f"{list(table.key)}; drop that key, or the table, and load it again; nothing was changed"
        )
    return []


def _missing_unique(table: Table, present: list[_Index]) -> list[sql.Composed]:
    unique = unique_key(table)
    if not unique or any(index.unique and set(index.columns) == set(unique) for index in present):
        return []
    return [sql.SQL("ALTER TABLE {} ADD UNIQUE ({})").format(names.relation(table), names.columns(unique))]


def _missing_checks(connection: Connection, table: Table) -> list[sql.Composed]:
    rows = connection.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = to_regclass(%s)",
        (names.relation(table).as_string(connection),),
    )
    present = {name for (name,) in rows}
    return [
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({})").format(
            names.relation(table), sql.Identifier(name), condition
        )
        for name, condition in _checks(table).items()
        if name not in present
    ]


def _missing_indexes(table: Table, present: list[_Index]) -> list[sql.Composed]:
    """Return statements for the declared indexes, and for those that publishing itself needs to stay quick."""
    unique = unique_key(table)
    stored = [*(index.columns for index in present), *((unique,) if unique else ())]
    wanted = table.with_indexes(*_own_indexes(table)).indexes
    # Postgres chooses the name: it knows which ones are taken in the schema.
    return [
        sql.SQL("CREATE INDEX ON {} ({})").format(names.relation(table), names.columns(index))
        for index in wanted
        if not any(columns[: len(index)] == index for columns in stored)
    ]


def _own_indexes(table: Table) -> list[tuple[str, ...]]:
    partition = [(table.publish.column,)] if isinstance(table.publish, ReplacePartition) else []
    # `prune` asks of each parent row whether something still refers to it.
    referring = [(reference.column,) for reference in table.references if reference.keeps_parent]
    return [*partition, *referring]


def _present_indexes(connection: Connection, table: Table) -> list[_Index]:
    rows = connection.execute(
        """
        SELECT i.indisprimary, i.indisunique, ARRAY(
            SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, position)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE k.position <= i.indnkeyatts ORDER BY k.position)
        FROM pg_index i
        WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        """,
        (names.relation(table).as_string(connection),),
    )
    return [_Index(primary, unique, tuple(columns)) for primary, unique, columns in rows]


def _comment(connection: Connection, table: Table, present: dict[str | None, str | None]) -> None:
    """Set the comments that differ from the present ones, by column; the table's own stands under None."""
    target = names.relation(table)
    if table.description and present.get(None) != table.description:
        text = sql.Literal(table.description)
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(target, text))
    for column in table.columns:
        if column.description and present.get(column.name) != column.description:
            name, text = sql.Identifier(column.name), sql.Literal(column.description)
            connection.execute(sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(target, name, text))


def _table_comment(connection: Connection, table: Table) -> str | None:
    target = names.relation(table).as_string(connection)
    row = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", (target,)).fetchone()
    return row[0] if row else None


def exists(connection: Connection, table: Table) -> bool:
    """Tell whether a relation of the table's name is there."""
    # By what this statement sees: `to_regclass` may answer from what its session knew when the transaction began,
    # before it waited for the lock of whoever creates the table.
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = %s)",
        (table.schema, table.name),
    ).fetchone()
    return bool(row and row[0])


def tables_written_with(table: Table) -> list[Table]:
    """Return the table and those that are written in the same transaction, under the table's lock.

    The latter with the indexes that publishing the table needs to stay quick.
    """
    mode = table.publish
    beside: list[Table] = []
    match mode:
        case ReplacePartition(column=column, unique=unique):
            if mode.superseded is not None:
                beside.append(mode.superseded.with_indexes(unique, (column,)))
            if mode.claims is not None:
                beside.append(mode.claims.with_indexes(unique, (column,)))
        case NewestPerKey():
            beside.append(mode.contributions.with_indexes((*table.key, *mode.newest_by)))
        case _:
            pass
    return [table, *beside]
