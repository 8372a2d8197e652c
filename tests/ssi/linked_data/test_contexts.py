import pytest

from crypto.encoding import parse_json, sha256
from ssi.errors import UnknownContextError
from ssi.linked_data import contexts
from ssi.linked_data.contexts import CONTEXTS, context_bytes, load_document, read_pinned

# As the Recommendations print them: VC Data Model 2.0 appendix B.1 and Data Integrity 1.0 §2.4.
W3ID = "https://w3id.org/security"
PRINTED = {
    contexts.CREDENTIALS_V2: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    contexts.DATA_INTEGRITY_V2: "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    f"{W3ID}/multikey/v1": "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    f"{W3ID}/jwk/v1": "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece",
}


@pytest.mark.parametrize("url", PRINTED)
def test_the_contexts_of_the_recommendations_are_the_printed_ones(url: str):
    assert sha256(context_bytes(url)).hex() == PRINTED[url]


@pytest.mark.parametrize("url", CONTEXTS)
def test_every_context_is_the_pinned_one_and_parses(url: str):
    document = load_document(url, {})["document"]

    assert sha256(context_bytes(url)).hex() == CONTEXTS[url][1]
    assert "@context" in document


def test_no_file_lies_here_without_being_pinned():
    assert {path.name for path in contexts.FOLDER.iterdir()} == {name for name, _ in CONTEXTS.values()}


@pytest.mark.parametrize(
    "url", ["https://example.com/v1", "https://www.w3.org/ns/credentials/v2#", "", "file:///etc"]
)
def test_any_other_context_is_unknown(url: str):
    with pytest.raises(UnknownContextError, match="unknown context"):
        load_document(url, {})


def test_a_file_that_was_changed_is_not_used(tmp_path):
    name, pinned = CONTEXTS[contexts.CREDENTIALS_V2]
    changed = tmp_path / name
    changed.write_bytes(context_bytes(contexts.CREDENTIALS_V2) + b" ")

    with pytest.raises(UnknownContextError, match="not the context that was pinned"):
        read_pinned(changed, pinned)


def test_whoever_gets_a_context_gets_one_of_his_own():
    first, second = (load_document(contexts.CREDENTIALS_V2, {})["document"] for _ in range(2))

    first["@context"] = {}

    assert second == parse_json(context_bytes(contexts.CREDENTIALS_V2))
