"""What the compiler made of a function: the conditional jumps in it, on the processors that we can read."""

import platform
import re
from typing import Any

import pytest
from numba import njit

READABLE = platform.machine() in ("x86_64", "AMD64")
_LABEL = re.compile(r"^([\w.$]+):")
_JUMP = re.compile(r"^\s+(j(?!mp)[a-z]+)\s")


def conditional_jumps(function: Any, *arguments: Any) -> list[str]:
    """The conditional jumps of a function compiled anew for these arguments, not those of its wrappers."""
    if not READABLE:
        pytest.skip("this processor's code is not read here")
    compiled = njit(function.py_func, nogil=True)
    compiled(*arguments)
    (text,) = compiled.inspect_asm().values()
    found, ours = [], True
    for line in text.splitlines():
        label = _LABEL.match(line)
        if label and not label[1].startswith(".L"):
            ours = label[1].startswith("_Z") and "cpython" not in label[1]
        jump = _JUMP.match(line)
        if jump and ours:
            found.append(jump[1])
    return found
