"""Words to make any number of names and titles of, beside those of the sample."""

ADJECTIVES = (
    *("Amber", "Absent", "Brittle", "Borrowed", "Crooked", "Careful", "Distant", "Drowsy", "Electric", "Endless"),
    *("Faded", "Feathered", "Gentle", "Golden", "Hollow", "Humble", "Idle", "Ivory", "Jagged", "Jolly", "Knitted"),
    *("Late", "Lonely", "Minor", "Muddy", "Nervous", "Northern", "Open", "Ordinary", "Paper", "Patient", "Quiet"),
    *("Restless", "Rusty", "Salted", "Silver", "Slow", "Spare", "Tangled", "Tidy", "Upper", "Velvet", "Wandering"),
    *("Weathered", "Wooden", "Yellow", "Early", "Secret", "Second", "Winter"),
)
NOUNS = (
    *("Acorn", "Almanac", "Anchor", "Balcony", "Bakery", "Bicycle", "Cabin", "Candle", "Carousel", "Chimney"),
    *("Compass", "Corridor", "Curtain", "Dial", "Drawer", "Elevator", "Envelope", "Fern", "Ferry", "Fountain"),
    *("Garden", "Glacier", "Hallway", "Hammock", "Harbour", "Hedge", "Island", "Jacket", "Kettle", "Kite", "Ladder"),
    *("Lantern", "Letter", "Library", "Mailbox", "Meadow", "Mirror", "Needle", "Notebook", "Orchard", "Otter"),
    *("Pebble", "Piano", "Pillow", "Platform", "Porch", "Puddle", "Quarry", "Radio", "Raincoat", "River", "Saddle"),
    *("Sandwich", "Sparrow", "Spoon", "Stairwell", "Station", "Suitcase", "Teacup", "Telephone", "Thimble", "Tower"),
    *("Trombone", "Tunnel", "Umbrella", "Valley", "Violin", "Window", "Willow", "Wagon", "Zipper"),
)
LINKS = ("And", "Without", "Under", "Beside", "Before")
INITIALS = "ABCDEFGHIJKLMNOPRSTVWYZ"
