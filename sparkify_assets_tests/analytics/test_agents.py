"""User agents are taken apart: browser, system, device."""

from sparkify_assets.analytics.agents import parse_agents

CHROME = (
    '"Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/36.0.1985.143 Safari/537.36"'
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) "
    "Version/7.0 Mobile/11D257 Safari/9537.53"
)


def test_agents_are_taken_apart_in_the_order_given_quotes_or_not() -> None:
    assert parse_agents([IPHONE, CHROME]) == [
        (IPHONE, "Mobile Safari", "7", "iOS", "7", "iPhone"),
        (CHROME, "Chrome", "36", "Windows", "7", "Other"),
    ]


def test_unknown_text_is_other() -> None:
    odd = ["", '"', "<script>", "\x1b[31m" * 500]

    assert parse_agents(odd) == [(text, "Other", None, "Other", None, "Other") for text in odd]
