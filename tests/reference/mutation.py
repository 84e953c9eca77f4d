"""Mutants of the rules: one coefficient, number or operator changed, to see that the comparison notices.

A mutant is made from the source of a rule and put in place of the original for one call, with compilation off: kernels
of the rules then run as the plain Python functions they were written as, so that a change reaches all who call them.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

import simulation.model
from simulation.model import streams

MODEL = Path(simulation.model.__file__).parent
# Below it a number only keeps a division or a logarithm from failing.
GUARD = 1e-4

BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Sub,
}  # fmt: skip
COMPARED = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
SWAPPED = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "floor": "ceil", "ceil": "floor"}
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
    ast.BitAnd: "&", ast.BitOr: "|", ast.MatMult: "@", ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


# Readers of the registry, and what kernels are told beside coefficients.
READERS = ("driver", "delivered", "effective", "modifier")
NO_COEFFICIENT = re.compile(r"key|keys|word|bases|quantiles|quarter|selection|\w+_key|\w+_draws|\w+_keys")


@dataclass(frozen=True)
class Mutant:
    """One change of a rule: file in the model's folder, function, line, what changes, and its place in the function.

    ``coefficient`` is the name of the quantity that is scaled, empty for another change.
    """

    file: str
    function: str
    line: int
    change: str
    place: int
    coefficient: str = ""


class Changer(ast.NodeTransformer):
    """Visits every coefficient, number and operator of a function in order; changes that at ``target`` (or none)."""

    def __init__(self, target: int = -1) -> None:
        self.target = target
        self.seen: list[tuple[int, str, str]] = []

    def _note(self, node: ast.AST, change: str, coefficient: str = "") -> bool:
        self.seen.append((node.lineno, change, coefficient))
        return len(self.seen) - 1 == self.target

    def _scaled(self, node: ast.expr, name: str) -> ast.expr:
        """A coefficient a quarter larger, when its turn has come."""
        if NO_COEFFICIENT.fullmatch(name) or not self._note(node, f"{name} -> 1.25 * {name}", name):
            return node
        return ast.copy_location(ast.BinOp(node, ast.Mult(), ast.Constant(1.25)), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """A term that a kernel is given."""
        told = isinstance(node.value, ast.Name) and node.value.id == "terms" and isinstance(node.ctx, ast.Load)
        return self._scaled(node, node.attr) if told else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A parameter read by name."""
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return self._scaled(node, name) if isinstance(name, str) else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A number becomes a quarter larger (an integer one more, zero one)."""
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or 0.0 < abs(value) < GUARD:
            return node
        other = value + 1 if isinstance(value, int) or value == 0.0 else 1.25 * value
        return ast.copy_location(ast.Constant(other), node) if self._note(node, f"{value} -> {other}") else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Plus and minus, times and divided by change places; a power becomes a product."""
        node = self.generic_visit(node)
        return self._operator(node, BINARY)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """As :meth:`visit_BinOp`."""
        node = self.generic_visit(node)
        return self._operator(node, BINARY)

    def _operator(self, node: Any, table: dict) -> ast.AST:
        other = table.get(type(node.op))
        if other and self._note(node, f"{SIGNS[type(node.op)]} -> {SIGNS[other]}"):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """And and or change places."""
        node = self.generic_visit(node)
        return self._operator(node, {ast.And: ast.Or, ast.Or: ast.And})

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """A comparison turns round."""
        node = self.generic_visit(node)
        other = COMPARED[type(node.ops[0])]
        if self._note(node, f"{SIGNS[type(node.ops[0])]} -> {SIGNS[other]}"):
            node.ops[0] = other()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """A sign or a negation goes away."""
        node = self.generic_visit(node)
        name = {ast.USub: "-", ast.Not: "not ", ast.Invert: "~"}.get(type(node.op))
        return node.operand if name and self._note(node, f"{name}x -> x") else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A lever or driver is scaled; the smaller becomes the larger, down becomes up."""
        node = self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in READERS and node.args and isinstance(node.args[-1], ast.Constant):
            return self._scaled(node, node.args[-1].value)
        if name in SWAPPED and self._note(node, f"{name} -> {SWAPPED[name]}"):
            if isinstance(node.func, ast.Name):
                node.func.id = SWAPPED[name]
            else:
                node.func.attr = SWAPPED[name]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Annotations are left alone."""
        if node.value is not None:
            node.value = self.visit(node.value)
        return node


# -- source and code --------------------------------------------------------------------------------------------------


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _parsed(file: str) -> ast.Module:
    return ast.parse((MODEL / file).read_text(encoding="utf-8"))


def _change(function: ast.FunctionDef, target: int = -1) -> Changer:
    changer = Changer(target)
    function.body = [changer.visit(statement) for statement in function.body]
    return changer


@lru_cache(maxsize=64)
def mutants_of(file: str) -> tuple[Mutant, ...]:
    """All mutants of a source file of the model, such as ``rules/market.py``."""
    return tuple(
        Mutant(file, name, line, change, place, coefficient)
        for name, function in _functions(_parsed(file))
        for place, (line, change, coefficient) in enumerate(_change(function).seen)
    )


def _code_of(mutant: Mutant) -> CodeType:
    tree = _parsed(mutant.file)
    function = dict(_functions(tree))[mutant.function]
    _change(function, mutant.place)
    function.decorator_list = []
    code = compile(ast.fix_missing_locations(tree), str(MODEL / mutant.file), "exec", dont_inherit=True)
    for name in mutant.function.split("."):
        code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
    return code


def module_of(file: str) -> ModuleType:
    """The module of a source file of the model."""
    return importlib.import_module("simulation.model." + file.removesuffix(".py").replace("/", "."))


def function_of(mutant: Mutant) -> FunctionType:
    """The Python function that a mutant changes."""
    found: Any = module_of(mutant.file)
    for name in mutant.function.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", found)
    return getattr(found, "py_func", found)


# -- running a mutant -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _modules() -> tuple[ModuleType, ...]:
    """Modules whose kernels run uncompiled for a mutant: the whole model but the streams.

    Nothing else may run compiled, as a mutant may ask for a place beyond the end of a column.
    """
    names = [part.name for part in pkgutil.walk_packages(simulation.model.__path__, "simulation.model.")]
    return tuple(importlib.import_module(name) for name in names if name != streams.__name__)


def _with_words(kernel: Any) -> Callable:
    """A kernel of the streams for callers outside compiled code: whole numbers go in and come out as 64-bit words."""

    def call(*arguments: Any) -> Any:
        words = [np.uint64(part) if isinstance(part, (int, np.integer)) else part for part in arguments]
        result = kernel(*words)
        return np.uint64(result) if isinstance(result, int) else result

    return call


def _uncompiled(kernel: Any) -> Any:
    """What stands for a kernel while compilation is off; ``None`` for what is no kernel of the rules or streams."""
    if not hasattr(kernel, "py_func"):
        return None
    if kernel.__module__ == streams.__name__:
        return _with_words(kernel)
    return kernel.py_func if kernel.__module__ in {module.__name__ for module in _modules()} else None


@contextmanager
def interpreted() -> Iterator[None]:
    """Run the kernels of the rules without compilation."""
    found = [(module, name, part, _uncompiled(part)) for module in _modules() for name, part in vars(module).items()]
    changed = [place for place in found if place[3] is not None]
    try:
        for module, name, _, plain in changed:
            setattr(module, name, plain)
        yield
    finally:
        for module, name, kernel, _ in changed:
            setattr(module, name, kernel)


@contextmanager
def in_place(mutant: Mutant | None) -> Iterator[None]:
    """Let a mutant stand in for its original (nothing changes for ``None``)."""
    if mutant is None:
        yield
        return
    function = function_of(mutant)
    original = function.__code__
    function.__code__ = _code_of(mutant)
    try:
        yield
    finally:
        function.__code__ = original


def _give_up(number: int, frame: Any) -> None:
    raise TimeoutError("the mutant does not end")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``TimeoutError`` in code that runs for too long."""
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
