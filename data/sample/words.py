"""What the sample's messages talk about: products, people, places. All of it is made up.

Each list comes twice: what the train part draws from, and what only the test part may use (for most of its
mentions), so that nothing can score by learning names by heart.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells. `traits` say what can happen to it, so that no rolling pin has a battery.

    powered   is switched on                  fabric    has seams, can be washed
    battery   is charged                      sized     can be too small
    display   shows something                 solid     can crack or lose a screw
    wireless  is paired with a phone          kitchen   touches food, may go into the dishwasher
    sound     is listened to                  outdoor   gets wet
    hot       gets warm when used             liquid    can leak
    """

    name: str
    traits: frozenset[str]


def _product(name: str, *traits: str) -> Product:
    return Product(name, frozenset(traits))


TRAIN_PRODUCTS = (
    _product("Aurora desk lamp", "powered", "solid", "hot"),
    _product("Nimbus kettle", "powered", "hot", "liquid", "kitchen", "solid"),
    _product("Trailhead backpack", "fabric", "sized", "outdoor"),
    _product("Pixelframe 10", "powered", "display", "wireless", "solid"),
    _product("Harbor rain jacket", "fabric", "sized", "outdoor"),
    _product("Quill mechanical keyboard", "powered", "wireless", "battery"),
    _product("Orbit smart watch", "powered", "battery", "display", "wireless", "outdoor"),
    _product("Meadow yoga mat", "fabric"),
    _product("Summit tent 2P", "fabric", "outdoor"),
    _product("Cinder coffee grinder", "powered", "kitchen", "solid", "hot"),
    _product("Lumen bike light", "powered", "battery", "outdoor", "solid"),
    _product("Tundra sleeping bag", "fabric", "sized", "outdoor"),
    _product("Echo Lake earbuds", "powered", "battery", "wireless", "sound", "outdoor"),
    _product("Fern plant pot", "solid", "liquid"),
    _product("Atlas office chair", "solid", "sized"),
    _product("Breeze tower fan", "powered", "display", "solid", "hot"),
    _product("Copper saucepan set", "kitchen", "solid", "sized"),
    _product("Drift skateboard", "solid", "outdoor", "sized"),
    _product("Ember hand warmer", "powered", "battery", "hot", "outdoor"),
    _product("Flint pocket knife", "solid", "outdoor"),
    _product("Granite cutting board", "kitchen", "solid"),
    _product("Halo ring light", "powered", "wireless", "solid", "hot"),
    _product("Inkwell fountain pen", "liquid", "solid"),
    _product("Juno baby monitor", "powered", "battery", "display", "wireless", "sound"),
    _product("Kestrel drone", "powered", "battery", "wireless", "outdoor", "solid"),
    _product("Loom blanket", "fabric", "sized"),
    _product("Mistral hair dryer", "powered", "hot", "solid"),
    _product("North Star telescope", "solid", "outdoor"),
    _product("Opal night light", "powered", "battery", "solid"),
    _product("Prism projector", "powered", "display", "wireless", "sound", "hot"),
    _product("Ridge hiking poles", "solid", "sized", "outdoor"),
    _product("Sable headphones", "powered", "battery", "wireless", "sound"),
    _product("Tempo metronome", "powered", "battery", "display", "sound"),
    _product("Umbra sunglasses", "solid", "sized", "outdoor"),
    _product("Vista webcam", "powered", "sound", "solid"),
    _product("Willow crib", "solid"),
    _product("Zephyr air purifier", "powered", "display", "wireless", "solid"),
    _product("Bramble secateurs", "solid", "outdoor"),
    _product("Cobalt toolbox", "solid", "outdoor"),
    _product("Dune beach towel", "fabric", "sized"),
)

TEST_PRODUCTS = (
    _product("Solace mattress topper", "fabric", "sized"),
    _product("Verdant salad spinner", "kitchen", "solid"),
    _product("Marlin swim goggles", "sized", "outdoor", "liquid"),
    _product("Polaris GPS tracker", "powered", "battery", "display", "wireless", "outdoor"),
    _product("Tango dance shoes", "fabric", "sized"),
    _product("Vesper wine cooler", "powered", "display", "liquid", "kitchen", "solid"),
    _product("Beacon door lock", "powered", "battery", "wireless", "solid", "outdoor"),
    _product("Cascade shower head", "solid", "liquid", "hot"),
    _product("Glacier ice maker", "powered", "liquid", "kitchen", "display", "solid"),
    _product("Hickory rolling pin", "kitchen", "solid"),
    _product("Lark alarm clock", "powered", "battery", "display", "sound", "wireless"),
    _product("Mosaic jigsaw 1000", "solid"),
    _product("Onyx phone case", "solid", "sized"),
    _product("Pebble bath rug", "fabric", "sized"),
    _product("Raven e-reader", "powered", "battery", "display", "wireless"),
    _product("Saffron spice rack", "kitchen", "solid"),
    _product("Solstice heated vest", "fabric", "sized", "powered", "battery", "hot", "outdoor"),
    _product("Wren bluetooth speaker", "powered", "battery", "wireless", "sound", "outdoor"),
)

TRAIN_PEOPLE = (
    "Marta Kowalska",
    "James O'Neill",
    "Priya Nair",
    "Tom Becker",
    "Lucia Fernandez",
    "Hannah Weiss",
    "Omar Haddad",
    "Grace Lin",
    "Peter Novak",
    "Aisha Bello",
    "Sven Larsson",
    "Chloe Martin",
    "Rafael Souza",
    "Yuki Tanaka",
    "Ben Carter",
    "Elif Demir",
    "Nora Quinn",
    "Ivan Petrov",
    "Mei Chen",
    "Daniel Roth",
    "Fatima Zahra",
    "Oscar Lind",
    "Julia Romano",
    "Kofi Mensah",
)

TEST_PEOPLE = (
    "Beatrix Vogel",
    "Samir Khan",
    "Ingrid Dahl",
    "Leo Fontaine",
    "Wanda Mazur",
    "Theo Papas",
    "Amara Obi",
    "Noel Byrne",
    "Rosa Delgado",
    "Hugo Brandt",
)

TRAIN_PLACES = (
    "Leeds",
    "Porto",
    "Graz",
    "Dublin",
    "Ghent",
    "Malmö",
    "Brno",
    "Turin",
    "Seville",
    "Lyon",
    "Cork",
    "Bergen",
    "Tampere",
    "Basel",
    "Gdansk",
    "York",
    "Bremen",
    "Utrecht",
    "Valencia",
    "Tartu",
    "Linz",
    "Exeter",
    "Aarhus",
    "Split",
)

TEST_PLACES = (
    "Nantes",
    "Bristol",
    "Salzburg",
    "Coimbra",
    "Oulu",
    "Ostrava",
    "Verona",
    "Limerick",
    "Uppsala",
    "Maribor",
)
