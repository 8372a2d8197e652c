"""Every engine says who must collude and what it shows by design, in words for everybody."""

import re

import pytest

from crypto.engine import PROFILES, EngineKind

TECHNICAL = re.compile(r"\b(MPC|Paillier|ElGamal|secret shar\w+|ciphertexts?|epsilon|VDAF)\b", re.IGNORECASE)


@pytest.mark.parametrize("kind", EngineKind)
def test_every_engine_has_a_profile(kind):
    profile = PROFILES[kind]

    assert profile.kind is kind
    assert profile.leaks_by_design
    assert profile.seconds_per_person > 0
    assert profile.bytes_per_person > 0


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.kind.value)
def test_profiles_are_sentences_without_jargon(profile):
    sentences = [profile.who_must_collude, *profile.leaks_by_design, profile.on_a_lie]

    assert all(sentence.endswith(".") for sentence in sentences)
    assert not any(TECHNICAL.search(sentence) for sentence in [*sentences, profile.must_be_online])


def test_fewer_colluders_than_nodes_are_not_enough_where_nodes_are_few():
    for profile in PROFILES.values():
        assert profile.nodes == 0 or 1 < profile.colluders <= profile.nodes
