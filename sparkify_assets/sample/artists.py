"""Names and homes of artists, all invented (the places are not)."""

from typing import NamedTuple


class Home(NamedTuple):
    """Where an artist is from, as a song file says it; '' and None where it does not know."""

    location: str
    latitude: float | None
    longitude: float | None


class Abroad(NamedTuple):
    """An artist whose name or titles are not ASCII, with titles in the artist's own language."""

    name: str
    home: Home
    titles: tuple[str, ...]


NOWHERE = Home("", None, None)

HOMES = (
    Home("Bristol, England", 51.4545, -2.5879),
    Home("Asheville, NC", 35.59506, -82.55149),
    Home("Halifax, Nova Scotia, Canada", 44.64876, -63.57524),
    Home("Galway, Ireland", 53.27067, -9.05679),
    Home("Duluth, Minnesota", 46.78667, -92.10048),
    Home("Leeds", 53.80076, -1.54908),
    Home("Wellington, New Zealand", -41.28646, 174.77624),
    Home("Accra Ghana", 5.60372, -0.18696),
    Home("Santa Fe, NM", 35.68698, -105.9378),
    Home("Vermont", 44.5588, -72.57784),
    Home("Kingston, Jamaica", 17.97122, -76.79309),
    Home("Cape Town, South Africa", -33.92487, 18.42406),
    Home("Hobart, Tasmania", -42.88214, 147.32719),
    Home("Savannah, GA", 32.08354, -81.09983),
    Home("Glasgow, Scotland", 55.86424, -4.25181),
    Home("Brooklyn, NY [Red Hook]", 40.67535, -74.01),
    Home("Mitad Del Mundo, Ecuador", 0.0, -78.45583),
    Home("Montana - Missoula", 46.87215, -113.99408),
    Home("Utrecht Netherlands", 52.09074, 5.12142),
    Home("Cork, Ireland", None, None),
    Home("Ann Arbor, Michigan", None, None),
    Home("Alaska", None, None),
    Home("Winnipeg, Manitoba, Canada", None, None),
    Home("Ljubljana Slovenia", 46.05695, 14.50575),
    Home("Tucson, AZ", 32.22174, -110.92648),
    Home("Omaha, NE", 41.25654, -95.9345),
)

BANDS = (
    *("The Paper Lanterns", "Midnight Ferry Club", "Otter Parade", "Velvet Postcard", "Mildly Haunted House"),
    *("The Borrowed Umbrellas", "Captain Teaspoon", "Low Tide Orchestra", "Hazel & The Hand-Me-Downs"),
    *("Static Garden", "DJ Marmalade", "Professor Pancake", "The Reluctant Astronauts", "Queen Of Thursdays"),
    *("Tin Roof Sparrows", "Lukewarm Coffee Trio", "Brass Monkey Puzzle", "Saturday's Laundry"),
    *("The Left-Hand Shoes", "Copper Kettle Choir", "MC Crosswind", "Polar Picnic", "The Quiet Elevators"),
    *("Gravel Road Choral Society", "Kite Weather", "Ada Fontaine", "Lonesome Dale Hickory"),
    *("Miss Penny Farthing", "The Unfinished Sentences", "Pocket Thunder", "Big Small Talk"),
    *("Rooftop Astronomy", "Moth Season", "The Department Of Rain", "Gentle Goliath", "Wool Sweater Weather"),
    *("Five O'Clock Shadow Puppets", "Cardboard Cathedral", "Bicycle Heist", "Orchid Static"),
    *("The Perfectly Good Toasters", "Grandma's Synthesizer", "Tomorrow's Leftovers", "Echo Lake Drifters"),
    *("Juniper Vale", "THE LOUD LIBRARIANS", "the small hours", "Ama Sunday / Kofi Bluewater"),
    *("Harbour Street Seven", "Dr. Foxglove", "Salt & Lantern", "Ten Penny Opera", "Turnip Moon"),
    *("The Nearly Dans", "Elbow Room Service", "Pigeon Diplomacy", "Hotel Stationery", "Sixteen Candlesticks"),
    *("North By Northwind", "Fax Machine Romance", "Silver Maple Stringband", "Half Past Whenever"),
    *("Rosalind Quill", "Theo Marchbanks;The Harbour Street Strings", "Bumblebee Freight"),
    *("Vanilla Thunderstorm", "The Early Risers' Union", "Tiny Cathedral Bells", "Zebra Crossing Guard"),
    *("Commodore Mittens", "Cousin Gravity", "Lemonade Tax", "Weatherproof Hearts", "Backup Dancers On Strike"),
    *("Old Sock Symphony", "Mango Protocol", "Clementine Rush", "Deputy Moonbeam", "Attic Radio"),
    *("Understudies' Revenge", "Plum Duff Royale", "Sleepy Harbour Bodies", "The Wandering Ferns"),
)

ABROAD = (
    Abroad("Café Minuit", Home("Lyon, France", 45.7598, 4.8422), ("Thé À La Menthe", "Le Dernier Métro")),
    Abroad("Sigga & Ljósin", Home("Reykjavík, Iceland", 64.13548, -21.89541), ("Norðurljós", "Á Morgun")),
    Abroad("Señor Relámpago", Home("Valencia, Spain", 39.46975, -0.37739), ("Mañana También", "Corazón De Limón")),
    Abroad("Jürgen Und Die Löffel", Home("Leipzig, Germany", 51.33962, 12.37129), ("Übermorgen", "Löffel Im Regen")),
    Abroad("Björnbär", Home("Göteborg, Sweden", 57.70887, 11.97456), ("Små Steg", "Ett Ögonblick")),
    Abroad("Grupo Açaí", Home("Recife, Brazil", -8.04756, -34.87698), ("Avião De Papel", "Saudade Do Pão")),
    Abroad("Žlutý Čaj", Home("Brno Czech Republic", None, None), ("Čas Na Čaj",)),
    Abroad("Тихая Почта", NOWHERE, ("Поезд Домой",)),
    Abroad("雨の図書館", Home("Kyoto, Japan", 35.01156, 135.76815), ("ゆっくり電車",)),
    Abroad("Ångström Disco", NOWHERE, ("Två Minuter Kvar", "Fjärilar I Magen")),
    Abroad("Nhạc Mưa", Home("Hanoi", 21.02776, 105.83416), ("Cà Phê Sáng",)),
    Abroad("Zoë & The Snooze Buttons", NOWHERE, ("Déjà Vu Encore",)),
)
