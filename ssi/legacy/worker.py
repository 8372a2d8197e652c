"""The other side of the wall: asks didkit, one JSON line in, one JSON line out. Run as a program only.

`{"check": "credential", "document": "…", "options": "…"}` is answered by
`{"checks": […], "errors": […]}`.
"""

import asyncio
import json
import os
import resource
import sys
from typing import Final

from ssi.legacy.process import MAX_LINE, MISSING_EXIT_CODE

try:
    import didkit  # type: ignore[import-untyped, unused-ignore]
except ImportError:
    os._exit(MISSING_EXIT_CODE)

MEMORY_BYTES: Final = 2 * 1024**3
"""Of address space; what is used of it is a small part."""
_CHECKS: Final = {"credential": didkit.verify_credential, "presentation": didkit.verify_presentation}


def main() -> None:
    """Answer until there are no more questions."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asyncio.run(_serve())
    sys.stdout.flush()
    os._exit(0)  # an orderly end of the interpreter is where didkit crashes


async def _serve() -> None:
    while line := sys.stdin.readline(MAX_LINE):
        question = json.loads(line)
        sys.stdout.write(json.dumps(await _answer(question)) + "\n")
        sys.stdout.flush()


async def _answer(question: dict[str, str]) -> dict[str, object]:
    try:
        result = json.loads(await _CHECKS[question["check"]](question["document"], question["options"]))
        return {"checks": result["checks"], "errors": result["errors"]}
    except Exception as error:  # noqa: BLE001 — a foreign library on hostile input: however it fails, it is no yes
        return {"checks": [], "errors": [type(error).__name__]}


if __name__ == "__main__":
    main()
