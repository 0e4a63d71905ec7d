"""The SLO of the demo, as tests about it see it."""

from box.demo.objective import Objective
from box.demo.theory import Rule

OBJECTIVE = Objective(
    name="checkout-availability",
    service="shop",
    title="Customers can place an order",
    alert="ShopCheckoutAvailabilityBudgetBurn",
    bad="bad",
    budget=0.001,
    burn=14.4,
    window=43200,
    window_text="12h (30d at time scale 60)",
    short=5,
    rule=Rule(0.0144, 60, 2),
)
