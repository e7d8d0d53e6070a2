"""Types of array elements: their names, their limits, and what comes out of two of them.

Where numpy 1 and numpy 2 differ, the answer is None: not known.
"""

from __future__ import annotations

FLOATS = ("float16", "float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
INTEGERS = frozenset((*SIGNED, *UNSIGNED))
NUMERIC = frozenset((*FLOATS, *SIGNED, *UNSIGNED, "bool"))

_NAMES = {name: name for name in NUMERIC} | {
    "bool_": "bool",
    "?": "bool",
    "byte": "int8",
    "i1": "int8",
    "ubyte": "uint8",
    "u1": "uint8",
    "B": "uint8",
    "short": "int16",
    "i2": "int16",
    "ushort": "uint16",
    "u2": "uint16",
    "intc": "int32",
    "i4": "int32",
    "u4": "uint32",
    "int": "int64",
    "int_": "int64",
    "intp": "int64",
    "longlong": "int64",
    "i8": "int64",
    "u8": "uint64",
    "half": "float16",
    "f2": "float16",
    "single": "float32",
    "f": "float32",
    "f4": "float32",
    "double": "float64",
    "float": "float64",
    "float_": "float64",
    "d": "float64",
    "f8": "float64",
    "object": "object",
    "object_": "object",
    "O": "object",
    "str": "str",
    "str_": "str",
}


def dtype_name(name: str) -> str | None:
    """The usual name of a dtype given as text (``"f4"``, ``"<f4"``, ``"float"``), None if it is not known."""
    return _NAMES.get(name.lstrip("<=|"))


def bits(dtype: str) -> int:
    """The width of a numeric dtype; ``bool`` counts 8."""
    digits = dtype.lstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits) if digits else 8


def limits(dtype: str) -> tuple[int, int] | None:
    """The least and the greatest value of an integer dtype or bool, None for others."""
    if dtype == "bool":
        return 0, 1
    if dtype in SIGNED:
        return -(2 ** (bits(dtype) - 1)), 2 ** (bits(dtype) - 1) - 1
    return (0, 2 ** bits(dtype) - 1) if dtype in UNSIGNED else None


def is_float(dtype: str | None) -> bool:
    """Whether values of this dtype may have fractions."""
    return dtype in FLOATS


def promote(left: str | None, right: str | None) -> str | None:
    """The dtype that holds the values of two arrays; None if one of them is not known or not of numbers."""
    if left == right:
        return left
    if left not in NUMERIC or right not in NUMERIC:
        return None
    if left == "bool":
        return right
    if right == "bool":
        return left
    large = max(left, right, key=bits)
    if is_float(left) and is_float(right):
        return large
    if is_float(left) or is_float(right):
        whole, real = (right, left) if is_float(left) else (left, right)
        needed = {8: "float16", 16: "float32"}.get(bits(whole), "float64")
        return max(needed, real, key=bits)
    if (left in SIGNED) is (right in SIGNED):
        return large
    signed, unsigned = (left, right) if left in SIGNED else (right, left)
    if bits(signed) > bits(unsigned):
        return signed
    return {8: "int16", 16: "int32", 32: "int64"}.get(bits(unsigned), "float64")


def promote_scalar(dtype: str | None, scalar: bool | int | float) -> str | None:
    """The dtype of an array with axes that meets a number of Python, which takes the array's dtype if it can."""
    if dtype not in NUMERIC or isinstance(scalar, bool) or is_float(dtype):
        return dtype if dtype in NUMERIC else None
    if isinstance(scalar, float):
        return "float64" if dtype == "bool" or bits(dtype) >= 8 else None
    if dtype == "bool":
        return "int64"
    low, high = limits(dtype) or (0, 0)
    return dtype if low <= scalar <= high else None


def promote_number(array: str | None, number: str | None) -> str | None:
    """The dtype of an array with axes that meets a number of numpy's; None where numpy 1 and 2 differ."""
    promoted = promote(array, number)
    higher = array is not None and number is not None and _category(number) > _category(array)
    return promoted if promoted == array or higher else None


def _category(dtype: str) -> int:
    return 0 if dtype == "bool" else 1 if dtype in INTEGERS else 2


def of_division(dtype: str | None) -> str | None:
    """The dtype of ``x / y`` where both have this dtype."""
    if dtype in INTEGERS or dtype == "bool":
        return "float64"
    return dtype if is_float(dtype) else None


def of_mean(dtype: str | None) -> str | None:
    """The dtype of a mean."""
    return of_division(dtype)


def of_sum(dtype: str | None) -> str | None:
    """The dtype of a sum or product of many."""
    if dtype in SIGNED or dtype == "bool":
        return "int64"
    if dtype in UNSIGNED:
        return "uint64"
    return dtype if is_float(dtype) else None


def of_function(dtype: str | None) -> str | None:
    """The dtype of ``sqrt``, ``exp`` and the like."""
    if dtype in INTEGERS or dtype == "bool":
        return {8: "float16", 16: "float32"}.get(bits(dtype), "float64")
    return dtype if is_float(dtype) else None
