"""The packages that the project is built on are in use: `requests` for synchronous HTTP, httpx for the asynchronous."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDERS = ("slo", "box", "apps", "loadtest", "bench", "tools", "tests")
OF_THE_SHOP = ("apps/", "tests/apps/")
SYNCHRONOUS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "Client", "HTTPTransport"}
)
"""What httpx has for synchronous calls."""


@dataclass(frozen=True, slots=True)
class Module:
    """What a module imports, and what it uses for synchronous calls other than `requests`."""

    imports: frozenset[str]
    synchronous: frozenset[str]


@pytest.fixture(scope="module")
def modules(root: Path) -> dict[str, Module]:
    """Every module of the repository by its path."""
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))]
    return {path.relative_to(root).as_posix(): read(path.read_text(encoding="utf-8")) for path in paths}


def read(text: str) -> Module:
    """Look at the text of a module."""
    running = list(nodes(ast.parse(text)))
    names = frozenset(imports(running))
    used = {name for name in names if name.startswith("urllib.request")}
    used |= {name for name in names if name.startswith("httpx.") and name.removeprefix("httpx.") in SYNCHRONOUS}
    used |= {
        f"httpx.{node.attr}"
        for node in running
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx"
    } & {f"httpx.{name}" for name in SYNCHRONOUS}
    return Module(names, frozenset(used))


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything that is there when the program runs: not what stands under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from nodes(child)


def imports(running: Iterable[ast.AST]) -> Iterator[str]:
    """The modules that are imported, and the names from them as if they were modules."""
    for node in running:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_synchronous_calls_are_those_of_requests(modules: Mapping[str, Module]) -> None:
    """Outside the shop nothing asks by urllib, and only the prober, which is asynchronous like the shop, by httpx."""
    found = {
        path: module.synchronous | {name for name in module.imports if name.startswith("httpx") and ships(path)}
        for path, module in modules.items()
        if not path.startswith(OF_THE_SHOP)
    }

    assert {path: names for path, names in found.items() if names} == {}


def ships(path: str) -> bool:
    """Whether a module is part of what users run, the asynchronous services aside."""
    return path.startswith(("slo/", "box/", "loadtest/", "tools/")) and not path.startswith("box/prober/")


@pytest.mark.parametrize(
    "text",
    [
        "import httpx\nhttpx.get('http://x')",
        "import httpx\nwith httpx.Client() as c: ...",
        "from httpx import post",
        "from urllib.request import urlopen",
        "import urllib.request",
    ],
)
def test_a_synchronous_call_is_found(text: str) -> None:
    """The test above would see it."""
    assert read(text).synchronous


def test_asynchronous_calls_are_not_found(modules: Mapping[str, Module]) -> None:
    """The load of the benchmarks calls asynchronously; an import for annotations alone does not count."""
    load = modules["bench/load.py"]

    assert "httpx" in load.imports
    assert load.synchronous == frozenset()
    assert read("if TYPE_CHECKING:\n    import urllib.request").synchronous == frozenset()


@pytest.mark.parametrize(
    ("package", "folder"),
    [
        ("prometheus_client", "apps/"),
        ("opentelemetry.sdk", "apps/"),
        ("opentelemetry.instrumentation.fastapi", "apps/"),
        ("fastapi", "apps/"),
        ("sqlalchemy", "apps/"),
        ("locust", "loadtest/"),
        ("requests", "slo/"),
        ("requests", "box/"),
        ("pytest", "tests/"),
    ],
)
def test_the_standard_packages_are_in_use(modules: Mapping[str, Module], package: str, folder: str) -> None:
    """Each is imported when the code runs, not only listed as a dependency."""
    users = [path for path, module in modules.items() if path.startswith(folder) and uses(module, package)]

    assert users


def uses(module: Module, package: str) -> bool:
    """Whether the module imports the package, or something in it."""
    return any(f"{name}.".startswith(f"{package}.") for name in module.imports)
