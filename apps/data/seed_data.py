"""The products of the shop, as seed data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One product; its picture is the template `pictures/<sku>.svg`."""

    sku: str
    name: str
    price_cents: int
    description: str


PRODUCTS = (
    Product(
        "mug",
        "Stoneware mug",
        1450,
        "Holds a generous cup of tea and keeps it warm through the longest incident call.",
    ),
    Product("teapot", "Enamel teapot", 3900, "One litre, with a lid that stays where it belongs while you pour."),
    Product("notebook", "Field notebook", 950, "Eighty dotted pages that lie flat, sewn, with a pocket at the back."),
    Product("pencils", "Set of three pencils", 480, "Cedar, medium soft, sharpened. They work in any weather."),
    Product("lamp", "Desk lamp", 6400, "Warm light from an arm that stays where you leave it."),
    Product("plant", "Desk plant", 1890, "A rubber plant in a clay pot. Needs water once a week and little else."),
    Product("clock", "Wall clock", 4200, "A quiet movement and a face that can be read from across the room."),
    Product("umbrella", "Storm umbrella", 3350, "Wooden handle, fibreglass ribs. Turns inside out and back again."),
    Product("backpack", "Day backpack", 7900, "Twenty litres of waxed cotton with a padded sleeve for a laptop."),
    Product("candle", "Beeswax candle", 1200, "Burns for thirty hours and smells faintly of honey."),
    Product("bowl", "Breakfast bowl", 1650, "Glazed by hand, so no two are quite alike. Safe in the dishwasher."),
    Product("scarf", "Wool scarf", 4800, "Two metres of lambswool in three colours, woven in a small mill."),
)
