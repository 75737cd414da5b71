"""`make report`: draw the listening report anew, of the answers as they are."""

import sys
from collections.abc import Mapping
from pathlib import Path

from sparkify_assets.commands.materialize import materialize, new_log, shown
from sparkify_assets.commands.surroundings import REPORT_MODULE, home_environment, load_env_file
from sparkify_assets.errors import SparkifyError
from sparkify_assets.report.files import PAGE
from sparkify_assets.settings import Settings, read_settings


def main() -> int:
    """Draw the report and say where it is; the exit code is Dagster's."""
    load_env_file()
    try:
        settings = read_settings()
        return draw(home_environment(settings), settings, new_log(settings, "report"))
    except SparkifyError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the report is whole, as it was or as it becomes", file=sys.stderr)
        return 130


def draw(environment: Mapping[str, str], settings: Settings, log: Path) -> int:
    """Draw the report, and say where it is or why it could not be drawn; return Dagster's exit code."""
    print("The listening report:", flush=True)
    done = materialize(["--select", "listening_report", "-m", REPORT_MODULE], environment, log)
    if done.code == 0:
        print(f"  {shown(settings.report / PAGE)}", flush=True)
    else:
        print(f"  it was not drawn ({done.how}); {done.where}", flush=True)
        print("  the page is as it was; once that is put right, `make report` draws it anew", flush=True)
    return done.code


if __name__ == "__main__":
    sys.exit(main())
