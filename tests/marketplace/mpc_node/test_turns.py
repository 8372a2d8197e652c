"""Many read at once, one changes alone, and who wants to change goes before new readers."""

import threading
from collections.abc import Callable

import pytest

from marketplace.mpc_node.columns.turns import Turns

PATIENCE = 60.0


def in_a_thread(work: Callable[[], None]) -> threading.Thread:
    """Start a thread."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_several_read_at_the_same_time():
    turns, met = Turns(), threading.Barrier(3)

    def read():
        with turns.reading():
            met.wait(PATIENCE)

    threads = [in_a_thread(read) for _ in range(3)]

    for thread in threads:
        thread.join(PATIENCE)
    assert not met.broken


def test_a_change_waits_for_readers_and_new_readers_wait_for_it():
    turns, order = Turns(), list[str]()
    waiting, reading = threading.Event(), threading.Event()

    def change():
        waiting.set()
        with turns.changing():
            order.append("change")

    def read():
        with turns.reading():
            order.append("second reader")
            reading.set()

    with turns.reading():
        changer = in_a_thread(change)
        waiting.wait(PATIENCE)
        while not turns._waiting:  # until it has taken its place in the queue
            threading.Event().wait(0.001)
        reader = in_a_thread(read)
        order.append("first reader")
    changer.join(PATIENCE)
    reader.join(PATIENCE)

    assert order == ["first reader", "change", "second reader"]


def test_only_one_changes_at_a_time():
    turns, inside, most = Turns(), [0], [0]

    def change():
        for _ in range(200):
            with turns.changing():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [in_a_thread(change) for _ in range(4)]

    for thread in threads:
        thread.join(PATIENCE)
    assert (inside[0], most[0]) == (0, 1)


def test_an_error_ends_a_turn():
    turns = Turns()
    for turn in (turns.reading, turns.changing):
        with pytest.raises(ZeroDivisionError), turn():
            1 / 0  # noqa: B018 — an error, whatever it is

    with turns.changing():
        pass
    with turns.reading():
        pass
