"""Pictures get the page's colours in their tags, and nowhere else."""

from sparkify_assets.report.palette import DAY
from sparkify_assets.report.svg import for_page

PICTURE = (
    '<svg class="marks" width="380"><g id="clip0" role="img" aria-label="x" transform="translate(0.123456,7)">'
    f'<path clip-path="url(#clip0)" fill="{DAY["accent"]}" stroke="#123456"/>'
    f'<text fill="{DAY["ink"]}">fill="{DAY["accent"]}" url(#clip0) 0.123456</text></g></svg>'
)


def test_tags_are_changed_and_texts_are_not() -> None:
    assert for_page(PICTURE, "songs") == (
        '<svg width="380"><g id="songs-clip0" transform="translate(0.1,7)">'
        '<path clip-path="url(#songs-clip0)" fill="var(--accent)" stroke="#123456"/>'
        f'<text fill="var(--ink)">fill="{DAY["accent"]}" url(#clip0) 0.123456</text></g></svg>'
    )
