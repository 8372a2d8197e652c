"""How is a library asked that may crash, hang or grow? In a process that can be killed.

One question at a time. After a time limit, and after any answer that is none, the process is killed; the next
question starts another. Nothing of this process's environment reaches it but what Python needs to start.
"""

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.legacy.errors import LegacyCrashError, LegacySupportMissingError, LegacyTimeoutError

MISSING_EXIT_CODE: Final = 3
MAX_DOCUMENT: Final = 1_000_000
MAX_LINE: Final = 8 * MAX_DOCUMENT
_MAX_ANSWER: Final = 64 * 1024
_SECONDS: Final = 10.0
_ROOT: Final = Path(__file__).parents[2]
_MODULE: Final = (sys.executable, "-m", "ssi.legacy.worker")


class Worker:
    """The process with didkit in it, started at the first question. Close it, or use it in a `with`."""

    def __init__(self, *, seconds: float = _SECONDS, command: Sequence[str] = _MODULE) -> None:
        self._seconds = seconds
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def require_signed(self, check: str, document: str, options: str, *, by: str) -> None:
        """Return only if didkit says that the proof of a `credential` or `presentation` holds.

        `by` is what it must say that it looked at: an answer without errors about nothing is no yes.

        Raises:
            MalformedCredentialError: a document that is too long.
            AlteredCredentialError: it does not hold.
            LegacySupportMissingError, LegacyTimeoutError, LegacyCrashError: there is no answer.
        """
        if len(document) > MAX_DOCUMENT:
            raise MalformedCredentialError(f"expected up to {MAX_DOCUMENT} characters")
        question = json.dumps({"check": check, "document": document, "options": options}) + "\n"
        with self._lock:
            answer = self._ask(question.encode())
        if answer.texts("errors", most=100, max_length=_MAX_ANSWER) or by not in answer.texts("checks"):
            raise AlteredCredentialError("the proof does not fit the document or its key")

    def close(self) -> None:
        """End the process; asking again starts another."""
        with self._lock:
            self._kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, question: bytes) -> Fields:
        process = self._process if self._process and self._process.poll() is None else self._start()
        try:
            return self._answer(process, question)
        except BaseException:
            self._kill()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        self._kill()
        environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath}
        self._process = subprocess.Popen(  # noqa: S603 — our own module, by the interpreter that runs us
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], question: bytes) -> Fields:
        deadline = time.monotonic() + self._seconds
        line = _Exchange(process, question, deadline).line()
        if line is None:
            self._say_why(process)
        try:
            fields = Fields.of(parse_json(line or b""), "didkit")
            fields.texts("checks"), fields.texts("errors", max_length=_MAX_ANSWER)
        except MalformedError as error:
            raise LegacyCrashError("the process of didkit answered with something else") from error
        return fields

    def _say_why(self, process: subprocess.Popen[bytes]) -> None:
        try:
            code = process.wait(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise LegacyCrashError("the process of didkit stopped answering") from error
        if code == MISSING_EXIT_CODE:
            raise LegacySupportMissingError(
                "credentials of the data model 1.1 are read by didkit: install argonauta[legacy]"
            )
        raise LegacyCrashError(f"the process of didkit ended with {code}")

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


class _Exchange:
    """Writes a question and reads a line, neither for longer than there is time, nor more than is read."""

    def __init__(self, process: subprocess.Popen[bytes], question: bytes, deadline: float) -> None:
        if process.stdin is None or process.stdout is None:
            raise LegacyCrashError("the process of didkit has no pipes")
        self._write, self._read = process.stdin.fileno(), process.stdout.fileno()
        self._left = memoryview(question)
        self._got = bytearray()
        self._deadline = deadline
        os.set_blocking(self._write, False)
        os.set_blocking(self._read, False)

    def line(self) -> bytes | None:
        """The answer; None where the process ended without one.

        Raises:
            LegacyTimeoutError: there is no line in time.
            LegacyCrashError: more than a line is long.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._read, selectors.EVENT_READ)
            selector.register(self._write, selectors.EVENT_WRITE)
            while b"\n" not in self._got:
                left = self._deadline - time.monotonic()
                events = selector.select(left) if left > 0 else []
                if not events:
                    raise LegacyTimeoutError("didkit took longer than it is given")
                for key, _ in events:
                    if key.fd == self._write:
                        self._send(selector)
                    elif not self._receive():
                        return None
        return bytes(self._got)

    def _send(self, selector: selectors.BaseSelector) -> None:
        try:
            self._left = self._left[os.write(self._write, self._left) :]
        except BrokenPipeError:
            self._left = self._left[:0]  # why it ended is read from its exit code
        if not self._left:
            selector.unregister(self._write)

    def _receive(self) -> bool:
        piece = os.read(self._read, _MAX_ANSWER)
        self._got += piece
        if len(self._got) > _MAX_ANSWER:
            raise LegacyCrashError("the process of didkit babbles")
        return bool(piece)
