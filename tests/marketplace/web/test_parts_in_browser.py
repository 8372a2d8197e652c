"""An answer of which each node gave one part, opened in the browser as by the Python tools."""

from dataclasses import replace
from typing import Any

import pytest

from consent.job import result_context
from crypto import goldilocks
from crypto.encoding import b64url_encode
from crypto.mpc.additive.part import Part
from crypto.mpc.additive.sharing import Seat, split
from crypto.sealing import SealingKey, seal
from tests.marketplace.web.house import INSTITUTE, Visitor
from tests.marketplace.web.stage import Stage

pytestmark = pytest.mark.browser

VALUES = [12, -7, 2**50, 0]
KEY_PARTS = [3, 2**62, 17]
KEY = sum(KEY_PARTS)
BINDING = bytes(range(32))
OPEN = """async ({ run, binding, statements, keys, cells, verified }) => {
    const { openParts } = await import("/market/parts.js");
    const agreement = { binding: Uint8Array.from(binding), statements };
    try {
        const totals = await openParts(run, agreement, keys, { cells, verified });
        return { totals: totals.map(String) };
    } catch (error) {
        return { said: error.message, roles: error.roles, provable: error.provable };
    }
}"""


def parts(*, tagged: bool) -> list[Part]:
    summands, tags = split(VALUES, 3), split([value * KEY for value in VALUES], 3)
    return [
        Part(
            Seat(role, 3),
            summands[role],
            bytes([role]) * 32,
            tags[role] if tagged else None,
            KEY_PARTS[role] if tagged else 0,
        )
        for role in range(3)
    ]


def case(
    sealed: list[bytes], signed: list[Part], *, verified: bool, to: SealingKey | None = None
) -> dict[str, Any]:
    """What the page is given: three envelopes, and what each node signed about its own."""
    keys = INSTITUTE.results
    envelopes = [
        seal(raw, (to if to and role == 1 else keys[role]).public, context=result_context("job", 1, role))
        for role, raw in enumerate(sealed)
    ]
    return {
        "run": {
            "jobId": "job",
            "attempt": 1,
            "nodes": [{"id": f"node-{name}"} for name in "abc"],
            "outputs": [{"envelope": b64url_encode(each)} for each in envelopes],
        },
        "binding": list(BINDING),
        "statements": [{"own_digest": b64url_encode(each.digest(BINDING))} for each in signed],
        "keys": [b64url_encode(key.to_bytes()) for key in keys],
        "cells": len(VALUES),
        "verified": verified,
    }


@pytest.fixture(scope="module")
def page(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as found:
        found.goto(f"{stage.url}/orders")
        yield found


def _altered(part: Part, what: str) -> Part:
    values = part.values.copy()
    values[0] = (int(values[0]) + 1) % goldilocks.PRIME
    changes: dict[str, Any] = {what: 5 if what == "key" else values}
    return replace(part, **changes)


@pytest.mark.parametrize("tagged", [False, True])
def test_the_parts_of_three_nodes_are_the_answer(page, tagged):
    made = parts(tagged=tagged)

    opened = page.evaluate(OPEN, case([each.encode() for each in made], made, verified=tagged))

    assert opened == {"totals": [str(value) for value in VALUES]}


@pytest.mark.parametrize("what", ["values", "tags", "key"])
def test_a_part_that_was_altered_and_signed_does_not_fit_and_names_nobody(page, what):
    made = parts(tagged=True)
    made[1] = _altered(made[1], what)

    opened = page.evaluate(OPEN, case([each.encode() for each in made], made, verified=True))

    assert "do not fit" in opened["said"]
    assert (opened["roles"], opened["provable"]) == ([], False)


LIES = {
    "another part than it signed": (
        lambda part: _altered(part, "values").encode(),
        "another number than it signed",
    ),
    "nothing": (lambda part: b"nothing", "not a part of an answer"),
    "another version": (lambda part: b"\2" + part.encode()[1:], "not a part of an answer"),
    "the part of another role": (
        lambda part: replace(part, seat=Seat(0, 3)).encode(),
        "the part of another node",
    ),
    "of four nodes": (lambda part: replace(part, seat=Seat(1, 4)).encode(), "the part of another node"),
    "no element": (lambda part: part.encode()[:-8] + b"\xff" * 8, "not a part of an answer"),
}


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize(("lie", "said"), LIES.values(), ids=list(LIES))
def test_a_node_that_seals_something_else_is_named_and_it_can_be_proved(page, tagged, lie, said):
    made = parts(tagged=tagged)
    sealed = [made[0].encode(), lie(made[1]), made[2].encode()]

    opened = page.evaluate(OPEN, case(sealed, made, verified=tagged))

    assert said in opened["said"]
    assert opened["said"].startswith("node-b")
    assert (opened["roles"], opened["provable"]) == ([1], True)


def test_tags_where_there_should_be_none_are_no_part(page):
    made = parts(tagged=True)

    opened = page.evaluate(OPEN, case([each.encode() for each in made], made, verified=False))

    assert "not a part of an answer" in opened["said"]


def test_a_part_sealed_to_a_stranger_is_named(page):
    made = parts(tagged=False)
    given = case([each.encode() for each in made], made, verified=False, to=SealingKey.generate())

    opened = page.evaluate(OPEN, given)

    assert "another key" in opened["said"]
    assert opened["roles"] == [1]
