"""What is given to be published."""

from __future__ import annotations

from sparkify_assets.postgres.publication import WHOLE_TABLE, Publication
from sparkify_assets_tests.postgres.weather import STATIONS


def test_a_table_without_partitions_is_recorded_as_a_whole() -> None:
    assert Publication(STATIONS.empty_frame()).recorded_partitions == (WHOLE_TABLE,)
    assert Publication(STATIONS.empty_frame(), partitions=("1", "2")).recorded_partitions == ("1", "2")
