from collections.abc import Callable

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.errors import DataLossError, MalformedCredentialError
from ssi.linked_data.quads import (
    Quad,
    iri_token,
    is_absolute_iri,
    is_language_tag,
    literal_token,
    node_token,
    read_quads,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
QUAD = Quad("_:a", "<urn:p>", '"text"@en', "<urn:g>")


@given(texts)
def test_a_text_is_written_as_others_read_it(text: str):
    line = Quad("<urn:s>", "<urn:p>", literal_token(text), "").line()

    [quad] = pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS)
    assert isinstance(quad.object, pyoxigraph.Literal)
    assert quad.object.value == text


@given(texts, st.sampled_from(["", "<urn:g>", "_:g"]))
def test_reading_undoes_writing(text: str, graph: str):
    quad = Quad("_:s", "<urn:p>", literal_token(text, "urn:t"), graph)

    assert read_quads([quad.line()]) == [quad]


def test_control_characters_are_written_by_the_canonical_form():
    # RDFC-1.0 appendix A, and test060 of its suite.
    assert literal_token('\b\t\n\f\r"\\\x00\x7f\x80') == '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u007F\x80"'


def test_the_type_of_plain_text_is_left_out():
    assert literal_token("a", "http://www.w3.org/2001/XMLSchema#string") == '"a"'
    assert literal_token("a", "urn:t") == '"a"^^<urn:t>'
    assert literal_token("a", language="en-GB") == '"a"@en-GB'


@pytest.mark.parametrize(
    "iri", ["", "a", "a b:c", "urn:a b", "urn:<", "urn:>", "urn:\n", 'urn:"', "urn:\\", "1:a", 5, None]
)
def test_what_is_no_iri_is_not_written(iri: object):
    assert not is_absolute_iri(iri)
    with pytest.raises(DataLossError):
        iri_token(iri)


@pytest.mark.parametrize("label", ["_:", "_:a b", "_:-a", "_:a.", "_:a>"])
def test_what_is_no_blank_node_label_is_not_written(label: str):
    with pytest.raises(DataLossError):
        node_token(label)


@pytest.mark.parametrize("tag", ["", "a b", "en_GB", "toolongforalanguage", "en-", 5])
def test_what_is_no_language_is_not_written(tag: object):
    assert not is_language_tag(tag)
    with pytest.raises(DataLossError):
        literal_token("a", language=str(tag))


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(DataLossError, match="surrogate"):
        literal_token("\ud800")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "<urn:s> <urn:p> <urn:o>",
        "<urn:s>  <urn:p> <urn:o> .",
        "<urn:s> _:p <urn:o> .",
        '"s" <urn:p> <urn:o> .',
        '<urn:s> <urn:p> "a"b" .',
        '<urn:s> <urn:p> "a\n" .',
        "<urn:s> <urn:p> <urn:o> <urn:g> <urn:h> .",
        "<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p> <urn:o> .",
        '<urn:s> <urn:p> "' + "a" * 100_000 + " .",
    ],
)
def test_what_is_no_line_of_n_quads_is_refused(line: str):
    with pytest.raises(MalformedCredentialError, match="line 2: expected"):
        read_quads(["<urn:s> <urn:p> <urn:o> .", line])


@pytest.mark.parametrize(
    "write",
    [
        lambda: iri_token("ada lovelace"),
        lambda: node_token("_:ada lovelace"),
        lambda: literal_token("a", language="ada lovelace"),
        lambda: read_quads(["<urn:s> <urn:p> ada lovelace ."]),
    ],
)
def test_what_cannot_be_written_or_read_is_not_repeated(write: Callable[[], object]):
    with pytest.raises(MalformedCredentialError) as caught:
        write()

    assert "lovelace" not in str(caught.value)


def test_blank_nodes_are_found_and_renamed_wherever_they_stand():
    quad = Quad("_:a", "<urn:p>", "_:b", "_:a")

    assert quad.blank_nodes() == ("_:a", "_:b", "_:a")
    assert quad.relabelled({"_:a": "_:x"}) == Quad("_:x", "<urn:p>", "_:b", "_:x")
    assert QUAD.blank_nodes() == ("_:a",)
