"""A library that crashes, hangs, babbles or is not there gives a named error, and the next question works."""

import subprocess
import sys
from pathlib import Path

import pytest

from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.legacy.errors import LegacyCrashError, LegacySupportMissingError, LegacyTimeoutError
from ssi.legacy.process import MAX_DOCUMENT, Worker
from tests.ssi.legacy.old import needs_didkit

YES = '{"checks": ["proof"], "errors": []}'


def running(program: str, *, seconds: float = 60.0) -> Worker:
    return Worker(seconds=seconds, command=(sys.executable, "-c", f"import os, sys, time\n{program}"))


def ask(worker: Worker, document: str = "{}") -> None:
    worker.require_signed("credential", document, "{}", by="proof")


def answering(text: str) -> Worker:
    return running(f"for line in sys.stdin: print({text!r}, flush=True)")


def test_a_yes_is_a_yes():
    with answering(YES) as worker:
        ask(worker)
        ask(worker)


@pytest.mark.parametrize(
    "answer",
    [
        '{"checks": ["proof"], "errors": ["expired"]}',
        '{"checks": [], "errors": []}',
        '{"checks": ["JWS"], "errors": []}',
    ],
)
def test_anything_less_is_a_no(answer: str):
    with answering(answer) as worker, pytest.raises(AlteredCredentialError):
        ask(worker)


@pytest.mark.parametrize(
    "answer", ["", "yes", "[]", "5", "{}", '{"checks": ["proof"]}', '{"checks": "proof", "errors": []}']
)
def test_an_answer_that_is_none_is_no_yes(answer: str):
    with answering(answer) as worker, pytest.raises(LegacyCrashError):
        ask(worker)


def test_a_process_that_hangs_is_killed():
    with running("time.sleep(600)", seconds=0.3) as worker, pytest.raises(LegacyTimeoutError):
        ask(worker)


def test_a_process_that_does_not_listen_is_killed():
    with running("time.sleep(600)", seconds=0.3) as worker, pytest.raises(LegacyTimeoutError):
        ask(worker, "x" * MAX_DOCUMENT)


@pytest.mark.parametrize("program", ["os.abort()", "sys.exit(0)", "sys.stdin.readline(); os.abort()"])
def test_a_process_that_crashes_is_named(program: str):
    with running(program) as worker, pytest.raises(LegacyCrashError, match="ended with"):
        ask(worker)


def test_a_process_that_closes_its_mouth_is_killed(monkeypatch: pytest.MonkeyPatch):
    wait = subprocess.Popen.wait

    def at_once(process: "subprocess.Popen[bytes]", timeout: float | None = None) -> int:
        return wait(process, timeout and 0.01)

    monkeypatch.setattr(subprocess.Popen, "wait", at_once)  # it is waited for in vain
    worker = running("os.close(1); time.sleep(600)")
    with worker, pytest.raises(LegacyCrashError, match="stopped"):
        ask(worker)


def test_a_process_that_babbles_is_killed():
    worker = running("while True: sys.stdout.write('x' * 4096)")
    with worker, pytest.raises(LegacyCrashError, match="babbles"):
        ask(worker)


def test_a_library_that_is_not_there_is_named_with_its_remedy():
    with (
        running("sys.exit(3)") as worker,
        pytest.raises(LegacySupportMissingError, match=r"argonauta\[legacy\]"),
    ):
        ask(worker)


def test_after_a_crash_another_process_is_asked(tmp_path: Path):
    mark = tmp_path / "crashed"
    program = (
        f"if not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w').close(); os.abort()\n"
        f"for line in sys.stdin: print({YES!r}, flush=True)"
    )
    with running(program) as worker:
        with pytest.raises(LegacyCrashError):
            ask(worker)
        ask(worker)


def test_a_closed_process_is_started_again():
    worker = answering(YES)
    ask(worker)
    worker.close()
    ask(worker)
    worker.close()


def test_a_document_has_a_greatest_length():
    with answering(YES) as worker, pytest.raises(MalformedCredentialError, match="characters"):
        ask(worker, "x" * (MAX_DOCUMENT + 1))


@needs_didkit
def test_garbage_is_no_yes_and_harms_nobody(worker: Worker):
    for document in ("garbage", "[]", "{}", "a.b.c", "\0", '"x"'):
        for check in ("credential", "presentation"):
            with pytest.raises(AlteredCredentialError):
                worker.require_signed(check, document, "{}", by="proof")
    with pytest.raises(AlteredCredentialError):
        worker.require_signed("anything else", "{}", "{}", by="proof")
