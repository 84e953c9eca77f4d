from __future__ import annotations

import pytest

from tests.benchmarks.sizes import FULL, QUICK


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="small sizes, to see whether the benchmarks work")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parameters named after a field of the sizes take its values."""
    sizes = QUICK if metafunc.config.getoption("--quick") else FULL
    for name, field in (
        ("scale", "scales"), ("population", "populations"), ("until", "quarters"), ("more_firms", "firms"),
        ("ensemble", "ensembles"), ("length", "lengths"), ("whole", "whole"),
    ):  # fmt: skip
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, getattr(sizes, field), ids=str)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How often something is measured."""
    return (QUICK if request.config.getoption("--quick") else FULL).rounds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-benchmark 5.3 reads a private name of the test that pytest 9.2 no longer has."""
    for item in items:
        if not hasattr(item, "_nodeid"):
            item._nodeid = item.nodeid  # type: ignore[attr-defined]
