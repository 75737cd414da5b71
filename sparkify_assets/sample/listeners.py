"""The people with a user id."""

from dataclasses import dataclass

from sparkify_assets.sample import people
from sparkify_assets.sample.chance import Chance
from sparkify_assets.sample.recipe import Recipe
from sparkify_assets.sample.rhythm import DAY_S

FIRST_USER_ID = 2
UNUSED_ID_SHARE = 0.06
FEMALE_SHARE = 0.56
LOGGED_IN_SHARE = 0.93
NEWCOMER_SHARE = 0.08  # who registers while the logs are written; the others did in the weeks before
WEEKS_OF_REGISTRATION = 3
ACTIVITY_SPREAD = 0.95
PAYING_ACTIVITY = 8.0  # at this many times the usual activity, half of all people pay


@dataclass(frozen=True)
class Listener:
    """One person, and how that person stands at the first event.

    Attributes:
        user_id: as in the logs, where it is text.
        first_name: invented.
        last_name: invented.
        gender: "F" or "M".
        location: metropolitan area.
        user_agent: as in the logs, some in quotes.
        registered: epoch seconds.
        level: "free" or "paid", at first.
        logged_in: at first.
        activity: sessions, as multiples of those of a usual listener; long-tailed.
    """

    user_id: int
    first_name: str
    last_name: str
    gender: str
    location: str
    user_agent: str
    registered: int
    level: str
    logged_in: bool
    activity: float


def build_listeners(recipe: Recipe) -> list[Listener]:
    """Invent the listeners of a recipe, ordered by user id."""
    chance = Chance(recipe.seed, "listeners")
    listeners: list[Listener] = []
    user_id = FIRST_USER_ID
    while len(listeners) < recipe.listeners:
        if not chance.happens(UNUSED_ID_SHARE):
            listeners.append(_listener(user_id, recipe, chance))
        user_id += 1
    return listeners


def _listener(user_id: int, recipe: Recipe, chance: Chance) -> Listener:
    gender = "F" if chance.happens(FEMALE_SHARE) else "M"
    activity = chance.lognormal(ACTIVITY_SPREAD)
    pays = chance.happens(activity / (activity + PAYING_ACTIVITY))
    return Listener(
        user_id=user_id,
        first_name=chance.one_of(people.FEMALE_NAMES if gender == "F" else people.MALE_NAMES),
        last_name=chance.one_of(people.LAST_NAMES),
        gender=gender,
        location=chance.one_of(people.METROS),
        user_agent=user_agent(chance),
        registered=_registration(recipe, chance),
        level="paid" if pays else "free",
        logged_in=chance.happens(LOGGED_IN_SHARE),
        activity=activity,
    )


def _registration(recipe: Recipe, chance: Chance) -> int:
    if chance.happens(NEWCOMER_SHARE):
        return chance.between(recipe.first_second, recipe.end_second - 1)
    return recipe.first_second - chance.between(1, WEEKS_OF_REGISTRATION * 7 * DAY_S)


def user_agent(chance: Chance) -> str:
    """Return a browser; one with a comma in it stands in quotes, a scar of the CSV file it once went through."""
    mac_version = chance.one_of(people.MAC_VERSIONS)
    ios_version, mobile_safari = chance.one_of(people.IOS_VERSIONS)
    browser = chance.one_of(people.BROWSERS)
    name = browser.format(
        desktop=chance.one_of(people.DESKTOPS).format(os=mac_version),
        phone=chance.one_of(people.PHONES),
        os=mac_version,
        ios=ios_version,
        chrome=chance.one_of(people.CHROME_BUILDS),
        firefox=chance.one_of(people.FIREFOX_VERSIONS),
        safari=mobile_safari if browser == people.SAFARI_MOBILE else "12.0",
    )
    return f'"{name}"' if "," in name else name
