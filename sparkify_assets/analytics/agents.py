"""User agents taken apart by ua-parser."""

from __future__ import annotations

from collections.abc import Iterable

UNKNOWN = "Other"
Agent = tuple[str, str, str | None, str, str | None, str]


def parse_agents(user_agents: Iterable[str]) -> list[Agent]:
    """Return user agent, browser and version, operating system and version, and device of each, in the order given.

    Quotes around the whole text, which the logs have, do not count.
    """
    # Loaded only now: a load whose user agents are all known need not wait for it.
    import ua_parser

    rows: list[Agent] = []
    for text in user_agents:
        found = ua_parser.parse(text.strip('"'))
        browser, system, device = found.user_agent, found.os, found.device
        rows.append(
            (
                text,
                browser.family if browser else UNKNOWN,
                browser.major if browser else None,
                system.family if system else UNKNOWN,
                system.major if system else None,
                device.family if device else UNKNOWN,
            )
        )
    return rows
