from typing import Any

import pytest

from ssi.data_integrity.selective.revealed import revealed_statements
from ssi.errors import AlteredCredentialError, DataLossError

DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", {"@vocab": "urn:term:"}],
    "id": "urn:credential",
    "knows": [{"name": "Ada"}, {"name": "Bob"}],
}
LABELS = {"c14n0": "b7", "c14n1": "b3"}


def test_statements_have_the_labels_that_were_signed():
    statements = revealed_statements(DOCUMENT, LABELS, [1])

    assert len(statements.mandatory) == 1
    assert len(statements.optional) == 3
    lines = (*statements.mandatory, *statements.optional)
    assert {label for line in lines for label in ("_:b3", "_:b7") if label in line} == {"_:b3", "_:b7"}
    assert statements.optional == tuple(sorted(statements.optional))
    assert not any("c14n" in line for line in lines)


@pytest.mark.parametrize(
    "labels",
    [{}, {"c14n0": "b0"}, {**LABELS, "c14n2": "b9"}, {"c14n0": "b0", "c14n2": "b1"}],
    ids=["none", "one missing", "one too many", "another"],
)
def test_a_label_for_each_blank_node_is_expected(labels):
    with pytest.raises(AlteredCredentialError, match="one label for each"):
        revealed_statements(DOCUMENT, labels, [])


def test_two_blank_nodes_have_not_one_label():
    with pytest.raises(AlteredCredentialError, match="of its own"):
        revealed_statements(DOCUMENT, {"c14n0": "b0", "c14n1": "b0"}, [])


@pytest.mark.parametrize("indexes", [[4], [0, 99]])
def test_an_index_is_one_of_a_statement(indexes):
    with pytest.raises(AlteredCredentialError, match="mandatory index"):
        revealed_statements(DOCUMENT, LABELS, indexes)


def test_a_document_is_read_without_data_loss():
    with pytest.raises(DataLossError):
        revealed_statements({**DOCUMENT, "name": None}, LABELS, [])
