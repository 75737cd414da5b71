"""The figures of a write: nothing is said of a partition that holds of the whole write alone."""

from sparkify_assets.postgres.figures import figures_of_partitions, figures_of_write, previews
from sparkify_assets.postgres.publication import Publication, Scope, Written
from sparkify_assets_tests.postgres.weather import KEEPERS, READINGS, STATION_DAYS, STATIONS, rows_of

WRITTEN = Written(
    staged=6,
    inserted=3,
    updated=1,
    unchanged=2,
    deleted=4,
    row_count=60,
    partition_rows={"1": 5, "2": 1},
    partition_counts={"1": (2, 1, 4), "2": (1, 0, 0)},
    seconds=0.12345,
)
READ = rows_of(READINGS, (11, "a", 1, 0.5, 1), (21, "a", 2, 0.5, 2))
TWO_DAYS = Publication(READ, partitions=("1", "2"))
ONE_DAY = Publication(READ, partitions=("1",))


def test_write_of_one_partition_is_spoken_of_plainly() -> None:
    assert figures_of_write(ONE_DAY, WRITTEN) == {
        "rows_inserted": 3,
        "rows_updated": 1,
        "rows_unchanged": 2,
        "rows_deleted": 4,
        "seconds": 0.123,
    }


def test_write_of_several_partitions_says_so() -> None:
    assert set(figures_of_write(TWO_DAYS, WRITTEN)) == {
        "run_rows_inserted",
        "run_rows_updated",
        "run_rows_unchanged",
        "run_rows_deleted",
        "run_seconds",
    }


def test_partition_has_its_own_counts_and_the_last_those_of_the_write() -> None:
    assert figures_of_partitions(READINGS, TWO_DAYS, WRITTEN) == {
        "1": {
            "dagster/partition_row_count": 5,
            "rows_inserted": 2,
            "rows_updated": 1,
            "rows_unchanged": 2,
            "rows_deleted": 4,
        },
        "2": {
            "dagster/partition_row_count": 1,
            "rows_inserted": 1,
            "rows_updated": 0,
            "rows_unchanged": 0,
            "rows_deleted": 0,
            **figures_of_write(TWO_DAYS, WRITTEN),
        },
    }


def test_counts_of_contributions_are_not_given_for_those_of_the_table() -> None:
    figures = figures_of_partitions(KEEPERS, TWO_DAYS, WRITTEN)

    assert figures["1"] == {"dagster/partition_row_count": 5}
    assert figures["2"] == {"dagster/partition_row_count": 1, **figures_of_write(TWO_DAYS, WRITTEN)}


def test_preview_of_a_table_that_is_not_cut_by_partition_goes_with_the_last_one() -> None:
    stations = rows_of(STATIONS, ("a", "Alp", 1.0, "land"))

    assert set(previews(STATIONS, stations, Scope(partitions=("1", "2")))) == {"2"}
    assert set(previews(STATIONS, stations, Scope())) == {""}
    assert previews(STATIONS, stations.clear(), Scope()) == {}


def test_preview_of_contributions_has_the_columns_of_the_table() -> None:
    book = rows_of(STATION_DAYS, (2, "a", "Ada", 5, 9))

    assert previews(KEEPERS, book, Scope(partitions=("1", "2"))) == {"2": [{"station_id": "a", "keeper": "Ada"}]}
