"""Every chart is one as Vega-Lite has them; the process that draws does not look."""

import pytest

from sparkify_assets.report.charts import CHARTS
from sparkify_assets.report.sections import sections
from sparkify_assets_tests.report.made_up import HOSTILE, answers_of


@pytest.mark.parametrize("titles", [("Out Of Office",), HOSTILE], ids=["one", "hostile"])
def test_every_chart_is_valid(titles: tuple[str, ...]) -> None:
    charts = {section.question: section.chart for section in sections(answers_of(titles))}

    for name, rows in charts.items():
        CHARTS[name](rows).to_dict(validate=True)
