"""Names, metropolitan areas and browsers to make listeners of; no one here exists."""

FEMALE_NAMES = (
    *("Alma", "Beatriz", "Cora", "Daphne", "Edith", "Farah", "Greta", "Hanna", "Imani", "Josephine", "Keiko", "Linnea"),
    *("Marisol", "Nadia", "Odette", "Priya", "Romy", "Saskia", "Tamsin", "Ulla", "Vera", "Willa", "Yara", "Zora"),
    *("Mabel", "Noor", "Petra", "Ottilie", "Ingrid", "Delphine", "Esme", "Fiona", "Georgia", "Winnie", "Rosa", "Tilda"),
    *("Bronwyn", "Celeste"),
)
MALE_NAMES = (
    *("Arlo", "Bruno", "Cyrus", "Desmond", "Emil", "Felix", "Gideon", "Hugo", "Idris", "Jasper", "Kenji", "Leif"),
    *("Magnus", "Nico", "Oscar", "Paulo", "Quentin", "Rafael", "Soren", "Tobias", "Ulrich", "Viktor", "Wendell"),
    *("Yusuf", "Zane", "Ambrose", "Barnaby", "Casper", "Dmitri", "Eamon", "Franklin", "Malik", "Otis", "Rufus"),
)
LAST_NAMES = (
    *("Abernathy", "Bellweather", "Castellano", "Dunmore", "Eastwick", "Fairweather", "Goldfinch", "Hollis", "Ibarra"),
    *("Jankowski", "Kestrel", "Lindqvist", "Marlowe", "Nakamura", "Okafor", "Pemberton", "Quimby", "Rosewood"),
    *("Sandoval", "Thistlewood", "Underhill", "Vasquez", "Wetherby", "Yamada", "Zielinski", "Applegate", "Birdsong"),
    *("Crabtree", "Delacroix", "Featherstone", "Gallagher", "Huckleberry", "Ivanova", "Juniper", "Kapoor", "Larkspur"),
    *("Mbeki", "Nightingale", "Osei", "Papadakis", "Ravenscroft", "Silverstone", "Tremblay", "Varga", "Whitlock"),
    *("Almeida", "Bjornstad", "Chowdhury", "Dragomir", "Sparrow", "Ashdown", "Merriweather", "Tanaka", "Haddad"),
)
METROS = (
    *("Albuquerque, NM", "Boise City, ID", "Duluth, MN-WI", "Savannah, GA", "Santa Fe, NM", "Asheville, NC"),
    *("Burlington-South Burlington, VT", "Ithaca, NY", "Missoula, MT", "Urban Honolulu, HI", "Anchorage, AK"),
    *("Knoxville, TN", "Des Moines-West Des Moines, IA", "Omaha-Council Bluffs, NE-IA", "Denver-Aurora-Lakewood, CO"),
    *("Louisville/Jefferson County, KY-IN", "Kansas City, MO-KS", "Pittsburgh, PA", "Cleveland-Elyria, OH"),
    *("Buffalo-Cheektowaga-Niagara Falls, NY", "Rochester, NY", "Boston-Cambridge-Newton, MA-NH", "Tulsa, OK"),
    *("Providence-Warwick, RI-MA", "Charleston-North Charleston, SC", "Wichita, KS", "Spokane-Spokane Valley, WA"),
    *("Austin-Round Rock, TX", "Riverside-San Bernardino-Ontario, CA", "Memphis, TN-MS-AR", "Fargo, ND-MN"),
    *("Cincinnati, OH-KY-IN", "Baltimore-Columbia-Towson, MD", "Madison, WI", "Rapid City, SD", "Bangor, ME"),
    *("Jacksonville, FL", "Tucson, AZ", "Reno, NV", "Ann Arbor, MI", "Grand Junction, CO", "Bellingham, WA"),
    *("Virginia Beach-Norfolk-Newport News, VA-NC", "Charlotte-Concord-Gastonia, NC-SC", "Colorado Springs, CO"),
)

CHROME_BUILDS = ("69.0.3497.81", "69.0.3497.100", "70.0.3538.67", "70.0.3538.77", "70.0.3538.102")
FIREFOX_VERSIONS = ("60.0", "61.0", "62.0", "63.0")
DESKTOPS = (
    "Windows NT 10.0; Win64; x64",
    "Windows NT 10.0; WOW64",
    "Windows NT 6.1; Win64; x64",
    "Macintosh; Intel Mac OS X {os}",
    "X11; Linux x86_64",
)
MAC_VERSIONS = ("10_12_6", "10_13_4", "10_13_6", "10_14_0", "10_14_1")
PHONES = ("Android 7.0; SM-G930V", "Android 8.0.0; SM-G960U", "Android 8.1.0; Moto G (5)", "Android 9; Pixel 2")
IOS_VERSIONS = (("11_4_1", "11.0"), ("12_0_1", "12.0"), ("12_1", "12.0"))

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "Mozilla/5.0 ({desktop}) " + WEBKIT + " Chrome/{chrome} Safari/537.36"
CHROME_MOBILE = "Mozilla/5.0 (Linux; {phone}) " + WEBKIT + " Chrome/{chrome} Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 ({desktop}; rv:{firefox}) Gecko/20100101 Firefox/{firefox}"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X {os}) " + APPLE_WEBKIT + " Version/{safari} Safari/605.1.15"
SAFARI_MOBILE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS {ios} like Mac OS X) "
    + APPLE_WEBKIT
    + " Version/{safari} Mobile/15E148 Safari/604.1"
)
TRIDENT = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; Touch; rv:11.0) like Gecko"
BROWSERS = (CHROME, CHROME, CHROME, CHROME_MOBILE, FIREFOX, FIREFOX, SAFARI, SAFARI_MOBILE, TRIDENT)
