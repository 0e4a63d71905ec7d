"""The doctor follows an order: each step, what it makes of wrong answers and of none, and whom it names."""

import pytest

from box.doctor.roundtrip import RoundTrip
from box.doctor.values import Hop
from tests.box.fake_box import FULL, IN_COMPOSE, LIGHT, NEIGHBOUR, SILENT, FakeBox, InTurn, Wrong, running

STEPS = [
    "order",
    "order -> metric",
    "metric -> exemplar",
    "exemplar -> trace",
    "trace -> log lines",
    "log lines -> metric",
]
STORES = ("jaeger", "tempo")


def walk(box: FakeBox, store: str = "jaeger", patience: float = 0) -> list[Hop]:
    """The steps of a full box; where Tempo keeps the traces, Loki keeps the logs."""
    with running(box, (*(IN_COMPOSE if store == "tempo" else FULL), store)) as servers:
        return list(RoundTrip(servers, patience).walk())


def broken(hops: list[Hop]) -> tuple[str, str]:
    """The step at which the way ends, and who is named."""
    assert [hop.name for hop in hops] == STEPS[: len(hops)]
    assert not any(hop.broken for hop in hops[:-1])
    assert hops[-1].broken
    return hops[-1].name, hops[-1].broken.component


@pytest.mark.parametrize("store", STORES)
def test_an_order_is_followed_all_the_way_round(store: str) -> None:
    """In both pairs of stores: six steps, by the trace id that the doctor gave its own order."""
    box = FakeBox()

    hops = walk(box, store)

    assert [(hop.name, hop.broken) for hop in hops] == [(name, None) for name in STEPS]
    told = {hop.name: hop.told for hop in hops}
    assert box.trace_id in told["order"]
    assert told["order -> metric"].endswith("went from 7 to 8")
    assert told["metric -> exemplar"] == f"of our order: {box.trace_id}"
    assert "spans of orders" in told["exemplar -> trace"]
    assert "spans of web" in told["exemplar -> trace"]
    assert told["trace -> log lines"].endswith(f'="{box.trace_id}"')
    assert 'service="web",route="/api/checkout",method="POST",status="201"' in told["log lines -> metric"]


def test_a_light_box_ends_at_the_metric() -> None:
    """Where no traces and logs are kept, nobody is blamed for having none."""
    with running(FakeBox(), LIGHT) as servers:
        hops = list(RoundTrip(servers, 0).walk())

    assert [(hop.name, hop.broken) for hop in hops] == [(name, None) for name in STEPS[:2]]


def test_the_exemplar_of_a_neighbour_does_as_well() -> None:
    """Under load another order may have taken the place of ours: its trace is followed then."""
    box = FakeBox(trace_id="")
    with running(box, (*FULL, "jaeger")) as servers:
        way = RoundTrip(servers, 0).walk()
        next(way), next(way)
        box.missing.add(box.trace_id)
        hops = list(way)

    assert hops[0].told == f"of another order: {NEIGHBOUR}"
    assert not any(hop.broken for hop in hops)


@pytest.mark.parametrize("store", STORES)
def test_a_trace_that_comes_later_is_waited_for(store: str) -> None:
    """An exemplar can be read before its trace is stored."""
    hops = walk(FakeBox(late=1), store, patience=5)

    assert not any(hop.broken for hop in hops)
    assert hops[3].seconds > 0


@pytest.mark.parametrize(
    ("path", "answer", "named", "words"),
    [
        ("/api/products", (503, "nobody there"), "catalog", "does not show products: web answers 503 nobody there"),
        ("/api/products", (500, "oops"), "web", "web answers 500 oops"),
        ("/api/products", (200, '{"products": []}'), "catalog", "nothing in stock"),
        ("/api/products", (200, "<html>"), "web", "another program"),
        ("/api/products", (200, '{"products": [1]}'), "web", "does not answer as web does"),
        ("/api/checkout", (502, "bad"), "orders", "does not sell: web answers 502 bad"),
        ("/api/checkout", (504, "slow"), "orders", "504"),
        ("/api/checkout", (409, "sold out"), "web", "409 sold out"),
        ("/api/checkout", (201, "[]"), "web", "another program"),
        ("/api/checkout", SILENT, "web", "gives no answer"),
    ],
)
def test_a_shop_that_does_not_sell_names_the_tier(path: str, answer: Wrong, named: str, words: str) -> None:
    """What web answers tells which tier failed; the answer itself is quoted."""
    hops = walk(FakeBox(wrong={("web", path): answer}))

    assert broken(hops) == ("order", named)
    assert words in hops[-1].told


def test_an_open_circuit_breaker_is_waited_for() -> None:
    """Web refuses for some seconds more after what it needs is well again."""
    refused: list[Wrong] = [(503, "orders is unavailable; try again.")]
    hops = walk(FakeBox(wrong=InTurn({("web", "/api/checkout"): refused})), patience=5)

    assert not any(hop.broken for hop in hops)
    assert refused == []


def test_a_shop_that_stays_unavailable_is_told() -> None:
    """The wait has an end."""
    box = FakeBox(wrong={("web", "/api/checkout"): (503, "orders is unavailable; try again.")})
    hops = walk(box, patience=0.6)

    assert broken(hops) == ("order", "orders")


def test_an_order_that_is_not_counted_is_prometheus() -> None:
    """The counter has to rise."""
    hops = walk(FakeBox(counted=False))

    assert broken(hops) == ("order -> metric", "prometheus")
    assert "does not count the order" in hops[-1].told


@pytest.mark.parametrize(("marked", "named"), [(3, "prometheus"), (0, "web")])
def test_no_exemplar_is_of_who_did_not_keep_or_make_it(marked: int, named: str) -> None:
    """The shop counts the exemplars that it makes: with some, Prometheus did not keep them."""
    box = FakeBox(marked=marked)
    box.wrong["prometheus", "/api/v1/query_exemplars"] = (200, '{"data": []}')

    assert broken(walk(box)) == ("metric -> exemplar", named)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize(("services", "missing"), [((), "orders and web"), (("web",), "orders"), (("orders",), "web")])
def test_a_trace_needs_every_tier(store: str, services: tuple[str, ...], missing: str) -> None:
    """No trace, Tempo's empty one with status 200, and one with a tier missing all lead nowhere."""
    hops = walk(FakeBox(in_trace=services), store)

    assert broken(hops) == ("exemplar -> trace", store)
    assert f"has no spans of {missing} in trace" in hops[-1].told


@pytest.mark.parametrize(("services", "missing"), [((), "orders and web"), (("web",), "orders")])
def test_log_lines_are_needed_of_every_tier(services: tuple[str, ...], missing: str) -> None:
    """A trace whose lines are only half there is told."""
    hops = walk(FakeBox(in_logs=services))

    assert broken(hops) == ("trace -> log lines", "victoria-logs")
    assert f"has no lines of {missing} for " in hops[-1].told


@pytest.mark.parametrize("route", ["/elsewhere", ""])
def test_labels_of_a_line_have_to_lead_back(route: str) -> None:
    """A log line that calls its route otherwise than the metric leads nowhere."""
    hops = walk(FakeBox(route=route or "/none"))

    assert broken(hops) == ("log lines -> metric", "web")


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, "[]"), (200, '{"data": 5}'), (500, "oops"), SILENT], ids=str)
@pytest.mark.parametrize(
    ("service", "path", "step"),
    [
        ("prometheus", "/api/v1/query", "order"),
        ("prometheus", "/api/v1/query_exemplars", "metric -> exemplar"),
        ("jaeger", "*", "exemplar -> trace"),
        ("victoria-logs", "*", "trace -> log lines"),
    ],
)
def test_who_answers_nonsense_or_nothing_is_named(service: str, path: str, step: str, answer: Wrong) -> None:
    """A stranger on the port, an error and silence end the way in one line, never in a traceback."""
    hops = walk(FakeBox(wrong={(service, path): answer}))

    assert broken(hops) == (step, service)
    assert "\n" not in str(hops[-1].broken)


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, '{"trace": 5}'), (500, "oops"), SILENT], ids=str)
def test_a_tempo_that_answers_nonsense_is_named(answer: Wrong) -> None:
    """As the others."""
    assert broken(walk(FakeBox(wrong={("tempo", "*"): answer}), "tempo")) == ("exemplar -> trace", "tempo")
