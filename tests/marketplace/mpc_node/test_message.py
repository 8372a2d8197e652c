"""Messages between nodes survive the wire unchanged, or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_encode, digest_of
from marketplace.mpc_node.errors import MessageRefusedError
from marketplace.mpc_node.message import (
    KEY_MAKING,
    TYP,
    PeerMessage,
    Step,
    read_kept_message,
    sign_message,
    verify_message,
)
from ssi.jws import sign_jws
from tests.marketplace.mpc_node.parties import ed25519

KEY = ed25519("node-b")
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
MESSAGE = PeerMessage("job-1", 1, digest_of("manifest"), Step.SUMMAND, 1, b"body")


@given(st.builds(PeerMessage, NAMES, st.integers(1, 3), st.just(digest_of("manifest")),
                 st.sampled_from([step for step in Step if not step.is_of_a_key]), st.integers(0, 2),
                 st.binary()))  # fmt: skip
@settings(max_examples=30)
def test_a_message_comes_out_as_it_went_in(message):
    token = sign_message(message, KEY)

    assert verify_message(token, KEY.public) == message
    assert read_kept_message(token) == message


@given(st.integers(0, 10_000), st.integers(1, 63))
@settings(max_examples=60)
def test_any_changed_character_is_refused(place, shift):
    token = sign_message(MESSAGE, KEY)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    index = place % len(token)
    if token[index] == ".":
        return
    changed = alphabet[(alphabet.index(token[index]) + shift) % 64]

    with pytest.raises(MessageRefusedError):
        verify_message(token[:index] + changed + token[index + 1 :], KEY.public)


def test_a_message_of_another_node_is_refused():
    with pytest.raises(MessageRefusedError):
        verify_message(sign_message(MESSAGE, ed25519("node-c")), KEY.public)


@pytest.mark.parametrize(
    "change",
    [
        {"step": "confession"},
        {"from": 3},
        {"attempt": 0},
        {"attempt": 4},
        {"body": "not base64!"},
        {"body": None},
        {"job_id": ""},
        {"extra": 1},
    ],
)
def test_a_message_of_another_form_is_refused(change):
    payload = {
        "job_id": "job-1",
        "attempt": 1,
        "manifest_digest": digest_of("manifest"),
        "step": "summand",
        "from": 1,
        "body": b64url_encode(b"body"),
        **change,
    }

    with pytest.raises(MessageRefusedError):
        verify_message(sign_jws(payload, KEY, typ=TYP), KEY.public)


def test_another_document_of_the_node_is_no_message():
    payload = {"job_id": "job-1"}

    with pytest.raises(MessageRefusedError):
        verify_message(sign_jws(payload, KEY, typ="output-statement+jwt"), KEY.public)


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_what_is_no_token_is_no_message(token):
    with pytest.raises(MessageRefusedError):
        verify_message(token, KEY.public)
    with pytest.raises(MessageRefusedError):
        read_kept_message(token)


@pytest.mark.parametrize("step", [Step.SUMMAND, Step.FAILED])
def test_only_admission_has_room_for_a_long_message(step):
    long = replace(MESSAGE, body=bytes((1 << 20) + 1))

    assert verify_message(sign_message(replace(long, step=Step.ADMISSION), KEY), KEY.public).body == long.body
    with pytest.raises(MessageRefusedError, match="at most"):
        verify_message(sign_message(replace(long, step=step), KEY), KEY.public)


@pytest.mark.parametrize("step", [step for step in Step if step.is_of_a_key])
def test_a_step_of_the_making_of_a_key_belongs_to_no_job(step):
    made = replace(MESSAGE, step=step, job_id=f"{KEY_MAKING}: first")

    assert verify_message(sign_message(made, KEY), KEY.public) == made
    with pytest.raises(MessageRefusedError, match="no job"):
        verify_message(sign_message(replace(made, job_id="job-1"), KEY), KEY.public)
