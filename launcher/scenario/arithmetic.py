"""What may stand in ``${...}`` besides a name: arithmetic with numbers, variables and moments. Pure."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from chargepoint.clock import iso

LONGEST = 200
WANTED = (
    "a variable like ${TAG}, a moment like ${now+2s}, or arithmetic like ${limit / 2} "
    "(+ - * / // %, brackets, round, min, max, abs); $${ stands for ${ itself"
)
_DIGITS = 12
"""Of a result: 0.1 + 0.2 is 0.3."""

Number = int | float
_OPERATORS: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {"round": round, "min": min, "max": max, "abs": abs}


class NoArithmetic(Exception):
    """A text that is none; ``str()`` says what would be right."""


class NoResult(Exception):
    """Arithmetic that has no result with these variables; ``str()`` says what would be right."""


@lru_cache(1000)
def names(text: str) -> tuple[str, ...]:
    """The variables in ``text``. Raises NoArithmetic."""
    return tuple(dict.fromkeys(_names(_parsed(text))))


def result(text: str, variables: Mapping[str, object]) -> Number | str:
    """The number that ``text`` is with ``variables``; the moment, where one is moved by so many seconds. Raises
    NoArithmetic and NoResult."""
    try:
        found = _value(_parsed(text), variables)
    except ZeroDivisionError:
        raise NoResult("arithmetic that divides by no zero") from None
    except (OverflowError, ValueError, TypeError, OSError):
        raise NoResult("arithmetic with a result that is a number") from None
    if isinstance(found, float) and not math.isfinite(found):
        raise NoResult("arithmetic with a result that is a number")
    return float(f"{found:.{_DIGITS}g}") if isinstance(found, float) else found


@lru_cache(1000)
def _parsed(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body if len(text) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None or not _allowed(tree):
        raise NoArithmetic(WANTED)
    return tree


def _allowed(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left, sign, right):
            return type(sign) in _OPERATORS and _allowed(left) and _allowed(right)
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            return _allowed(operand)
        case ast.Call(ast.Name(name), arguments, []):
            return name in _FUNCTIONS and bool(arguments) and all(map(_allowed, arguments))
        case ast.Constant(value):
            return type(value) in (int, float)
        case ast.Name():
            return True
    return False


def _names(node: ast.expr) -> list[str]:
    match node:
        case ast.Name(name):
            return [name]
        case ast.BinOp(left, _, right):
            return _names(left) + _names(right)
        case ast.UnaryOp(_, operand):
            return _names(operand)
        case ast.Call(_, arguments):
            return [name for each in arguments for name in _names(each)]
    return []


def _value(node: ast.expr, variables: Mapping[str, object]) -> Number | str:
    match node:
        case ast.Name(name):
            return _number_or_moment(name, variables[name])
        case ast.BinOp(left, sign, right):
            return _joined(sign, _value(left, variables), _value(right, variables))
        case ast.UnaryOp(sign, operand):
            value = _number(_value(operand, variables))
            return -value if isinstance(sign, ast.USub) else value
        case ast.Call(ast.Name(name), arguments):
            return _FUNCTIONS[name](*(_number(_value(each, variables)) for each in arguments))
        case ast.Constant(int() | float() as value):
            return value
    raise AssertionError(ast.dump(node))


def _joined(sign: ast.operator, left: Number | str, right: Number | str) -> Number | str:
    if isinstance(left, str) and isinstance(sign, ast.Sub) and isinstance(right, str):
        return _posix(left) - _posix(right)
    if isinstance(left, str) and isinstance(sign, ast.Add | ast.Sub):
        return iso(_OPERATORS[type(sign)](_posix(left), _number(right)))
    left, right = _number(left), _number(right)
    if isinstance(sign, ast.Div) and isinstance(left, int) and isinstance(right, int) and left % right == 0:
        # 32 / 2 is a whole number, as that of a connector has to be.
        return left // right
    return _OPERATORS[type(sign)](left, right)


def _number_or_moment(name: str, value: object) -> Number | str:
    """Meter values are texts on the wire."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        for kind in (int, float):
            try:
                return kind(value)
            except ValueError:
                pass
        if _moment(value) is not None:
            return value
    raise NoResult(f"arithmetic with numbers: {name} is {value!r}")


def _number(value: Number | str) -> Number:
    if isinstance(value, str):
        raise NoResult(f"arithmetic with numbers: {value} is a moment, to which seconds may be added")
    return value


def _posix(moment: str) -> float:
    found = _moment(moment)
    assert found is not None
    return found


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
