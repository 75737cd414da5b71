"""From the raw files to the star and its answers, step by step: `make notebook`.

A marimo notebook: plain Python, which reads and never writes. It plays the part of an `etl.ipynb`, which tries the
transforms on a few files, and of a `test.ipynb`, which looks at the first rows of every table.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Sparkify: from the files to the answers")

with app.setup:
    import altair as alt
    import marimo as mo
    import polars as pl
    from psycopg import sql

    from sparkify_assets.analytics.asking import Asked, ask, become_reader, takes_level
    from sparkify_assets.analytics.questions import read_views
    from sparkify_assets.commands.surroundings import load_env_file
    from sparkify_assets.defs.resources import database_url
    from sparkify_assets.defs.tables import PARENTS_FIRST
    from sparkify_assets.errors import DatabaseError
    from sparkify_assets.ingest.discovery import find_days, find_log_files, find_song_files
    from sparkify_assets.ingest.logs import read_day
    from sparkify_assets.ingest.songs import read_songs
    from sparkify_assets.postgres.connection import connect
    from sparkify_assets.settings import read_settings
    from sparkify_assets.transforms.artists import build_artists
    from sparkify_assets.transforms.songplays import build_songplays
    from sparkify_assets.transforms.songs import build_songs
    from sparkify_assets.transforms.time import build_time
    from sparkify_assets.transforms.users import build_user_days


@app.cell(hide_code=True)
def _():
    mo.md("""
    # From the files to the answers

    First the way of the data, on the song files and a day's logs, with the project's own functions: nothing is
    written. Then what stands in the star, and the questions that it answers, read by a role that cannot write.
    """)
    return


@app.cell
def _():
    load_env_file()
    settings = read_settings()
    days = find_days(settings.data)
    song_files = find_song_files(settings.data).files
    mo.md(f"The data are {len(song_files):,} song files, and log files of {len(days):,} days.")
    return days, settings, song_files


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 1. Song files become songs and artists
    """)
    return


@app.cell
def _(song_files):
    catalogue = read_songs(song_files)
    mo.vstack([mo.md(f"{catalogue.rejected.height} song record(s) are refused."), catalogue.songs])
    return (catalogue,)


@app.cell
def _(catalogue):
    songs, artists = build_songs(catalogue.songs), build_artists(catalogue.songs)
    mo.vstack([songs, artists])
    return artists, songs


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 2. A day's log files become users, time and songplays
    """)
    return


@app.cell
def _(days):
    day = mo.ui.dropdown({str(each): each for each in days}, value=str(days[0]), label="day")
    day
    return (day,)


@app.cell
def _(day, settings):
    logs = read_day(day.value, find_log_files(settings.data, day.value, day.value).by_day[day.value])
    mo.vstack([mo.md(f"{logs.events.height:,} events count, {logs.rejected.height} are refused."), logs.events])
    return (logs,)


@app.cell
def _(logs):
    user_days, time = build_user_days(logs.events.lazy()), build_time(logs.events.lazy())
    mo.vstack([user_days, time])
    return time, user_days


@app.cell
def _(logs, songs):
    songplays = build_songplays(logs.events.lazy(), songs)
    matched = songplays["song_id"].count()
    mo.vstack([mo.md(f"{matched:,} of {songplays.height:,} plays have a song of the catalogue."), songplays])
    return (songplays,)


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 3. What stands in the star
    """)
    return


@app.cell
def _(settings):
    connection = connect(database_url(settings), application_name="sparkify notebook")
    is_reader = become_reader(connection)
    if not connection.execute("SELECT to_regclass('public.songplays') IS NOT NULL").fetchone()[0]:
        raise DatabaseError("the star is not loaded; load it with `make run`, then run this cell again")

    def query(text):
        """Return the rows of a query, which can only read."""
        cursor = connection.execute(text)
        names = [column.name for column in cursor.description]
        return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)

    mo.md(f"This notebook reads as `{query('SELECT current_user').item()}`.")
    return connection, is_reader, query


@app.cell
def _(query):
    counted = {
        table.name: query(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table.name))).item()
        for table in PARENTS_FIRST
    }
    counted
    return (counted,)


@app.cell
def _(query):
    first_rows = {
        table.name: query(
            sql.SQL("SELECT * FROM {} ORDER BY {} LIMIT 5").format(
                sql.Identifier("public", table.name), sql.Identifier(*table.key)
            )
        )
        for table in PARENTS_FIRST
    }
    mo.ui.tabs(first_rows)
    return (first_rows,)


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 4. What it answers
    """)
    return


@app.cell
def _():
    views = {view.question: view for view in read_views()}
    question = mo.ui.dropdown(views, value="Which songs are played most?", label="question", full_width=True)
    level = mo.ui.dropdown(["all", "free", "paid"], value="all", label="plays with the subscription")
    top = mo.ui.slider(5, 200, value=20, label="rows", show_value=True)
    mo.vstack([question, mo.hstack([level, top], justify="start")])
    return level, question, top, views


@app.cell
def _(connection, level, question, top):
    view = question.value
    _asked = Asked(level=level.value if level.value != "all" and takes_level(view) else None)
    _rows = ask(connection, view, _asked, top.value).rows
    answer = pl.DataFrame(
        _rows, schema=[column.name for column in view.columns], orient="row", infer_schema_length=None
    )
    mo.vstack([mo.md(f"`analytics.{view.name}`, one row per {view.grain}:"), answer])
    return answer, view


@app.cell
def _(answer):
    _label, _numbers = answer.columns[0], [name for name, dtype in answer.schema.items() if dtype.is_integer()]
    _number = "plays" if "plays" in _numbers else next(iter(_numbers), None)
    chart = None
    if _number is not None and _number != _label:
        _bars = alt.Chart(answer.select(pl.col(_label).cast(pl.String), _number)).mark_bar()
        chart = _bars.encode(x=f"{_number}:Q", y=alt.Y(f"{_label}:N", sort=None, title=None))
    chart
    return (chart,)


@app.cell(hide_code=True)
def _():
    mo.md("""
    ## 5. Your own question

    `query` takes any SELECT on `public` and `analytics`.
    """)
    return


@app.cell
def _(query):
    own = query("SELECT level, count(*) AS plays, count(DISTINCT user_id) AS users FROM songplays GROUP BY level")
    own
    return (own,)


if __name__ == "__main__":
    app.run()
