"""What of README.md and docs is written by the project: `make docs` puts it in place, a test holds it to its source."""

import re
from pathlib import Path

from sparkify_assets.all_definitions import defs
from sparkify_assets.settings import CHECKOUT
from sparkify_assets_tests import data_dictionary
from sparkify_assets_tests.readme_graph import draw
from sparkify_assets_tests.readme_page import README
from sparkify_assets_tests.readme_star import draw_star


def written_pages() -> dict[Path, str]:
    """Return the pages as they have to be: the README with its Mermaid pictures drawn anew, and the data dictionary."""
    readme = README.read_text(encoding="utf-8")
    for picture in (draw(defs), draw_star()):
        readme = _with_picture(readme, picture)
    return {README: readme, data_dictionary.PAGE: data_dictionary.write_page()}


def _with_picture(page: str, picture: str) -> str:
    """Return the page with the picture in place of the one that begins with the same line.

    Raises:
        ValueError: the page has no such picture, or several.
    """
    kind = picture.partition("\n")[0]
    fenced = re.compile(rf"^```mermaid\n{re.escape(kind)}\n.*?\n```$", re.MULTILINE | re.DOTALL)
    replaced, found = fenced.subn(lambda _: f"```mermaid\n{picture}\n```", page)
    if found != 1:
        raise ValueError(f"{found} Mermaid picture(s) begin with '{kind}', expected is one; nothing was written")
    return replaced


if __name__ == "__main__":
    for path, text in written_pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(CHECKOUT)} is as the project has it")
