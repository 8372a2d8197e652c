"""Which contexts are known, and what do they say? Each is a file here, pinned by its SHA-256.

A context fetched from the network would let whoever serves it change what a signature covers, and would tell
him what is verified and when. So a document that names any other context is refused (Data Integrity 1.0
§2.4.1, §4.6). `README.md` of this folder says where each file comes from and under which licence.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from crypto.encoding import parse_json, sha256
from ssi.errors import UnknownContextError

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
ARGONAUTA_V1: Final = "urn:argonauta:context:1"

FOLDER: Final = Path(__file__).parent / "contexts"

CONTEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "https://www.w3.org/2018/credentials/v1": (
            "credentials-v1.jsonld",
            "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8",
        ),
        "https://www.w3.org/ns/credentials/v2": (
            "credentials-v2.jsonld",
            "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
        ),
        "https://www.w3.org/2018/credentials/examples/v1": (
            "credentials-examples-v1.jsonld",
            "73bebae22e70ebb4466ac2e1f3e3b35c43436217623b51ff3e1b567e1aff4ba2",
        ),
        "https://www.w3.org/ns/credentials/examples/v2": (
            "credentials-examples-v2.jsonld",
            "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
        ),
        "https://www.w3.org/ns/credentials/undefined-terms/v2": (
            "credentials-undefined-terms-v2.jsonld",
            "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581",
        ),
        "https://w3id.org/security/data-integrity/v1": (
            "data-integrity-v1.jsonld",
            "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
        ),
        "https://w3id.org/security/data-integrity/v2": (
            "data-integrity-v2.jsonld",
            "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
        ),
        "https://w3id.org/security/multikey/v1": (
            "multikey-v1.jsonld",
            "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
        ),
        "https://w3id.org/security/jwk/v1": (
            "jwk-v1.jsonld",
            "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece",
        ),
        "https://w3id.org/security/suites/ed25519-2018/v1": (
            "ed25519-signature-2018-v1.jsonld",
            "166c6abb9e08176cee5f6c87c9c1bbfefa5717da391bcac525e5437f93eab809",
        ),
        "https://w3id.org/security/suites/ed25519-2020/v1": (
            "ed25519-signature-2020-v1.jsonld",
            "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
        ),
        "https://w3id.org/security/suites/jws-2020/v1": (
            "security-jws-2020-v1.jsonld",
            "00ee65bb7307f9a01c3170b823083b0d4de68223520834b2c5eb7a09bae5dea6",
        ),
        "https://w3id.org/security/v1": (
            "security-v1.jsonld",
            "e2d146cd556f6fa5f14996c6f1749667d5a14073fa30f0643990068e2c0b1bac",
        ),
        "https://w3id.org/security/v2": (
            "security-v2.jsonld",
            "4cb186bc29c08af6e40c58178c22dd84d542f2871a063afed6e648b47abc3cf6",
        ),
        "https://www.w3.org/ns/odrl.jsonld": (
            "odrl.jsonld",
            "a83cb98005bce546531131d4042318d8267aff71b1451f53cc926587fcef42c6",
        ),
        "https://www.w3.org/ns/did/v1": (
            "did-v1.jsonld",
            "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
        ),
        "https://www.w3.org/ns/credentials/status/v1": (
            "bitstring-status-list-v1.jsonld",
            "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c",
        ),
        "https://w3id.org/vc/status-list/2021/v1": (
            "status-list-2021-v1.jsonld",
            "634d71c159289f068c96012e4511c657fdf82ac4231900081bda3ba24e2e1160",
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json": (
            "open-badges-3.0.3.jsonld",
            "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
            "open-badges-3.0.1.jsonld",
            "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
            "open-badges-3.0.2.jsonld",
            "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": (
            "open-badges-3.0.3.jsonld",
            "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
            "open-badges-extensions.jsonld",
            "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
        ),
        "https://w3id.org/citizenship/v1": (
            "citizenship-v1.jsonld",
            "4caf8d4d3a6a175f5e5ba6b91dc1fdd88a050630930a6478d8e4cb765c565f40",
        ),
        "https://w3id.org/citizenship/v2": (
            "citizenship-v2.jsonld",
            "2241bdc574b37395311997b93bee26c8ab2672e5da62de5f2c1d564a00eae959",
        ),
        "https://w3id.org/citizenship/v3": (
            "citizenship-v3.jsonld",
            "5a4855907ef40afdb50a51af131d7a883c62e891478ebbb81f5ecb9a5a9b99d7",
        ),
        "https://w3id.org/citizenship/v4rc1": (
            "citizenship-v4rc1.jsonld",
            "a89b0bc00b1848ac3dfdf956c7dd5de8567e755351c07ec6a1c2b4a08b67953b",
        ),
        "urn:argonauta:context:1": (
            "argonauta-1.jsonld",
            "262375c8b68f492a95636e4cc437a6e9fbb5125df31758cf6b0c3c9c375317da",
        ),
    }
)
"""The file and the SHA-256 of each known context, by its address."""


@cache
def context_bytes(url: str) -> bytes:
    """The context of this address, byte for byte as its hash says.

    Raises:
        UnknownContextError: no such context is here, or its file is not the one that was pinned.
    """
    if url not in CONTEXTS:
        raise UnknownContextError(f"unknown context {url[:200]!r}: only contexts kept here are used")
    name, pinned = CONTEXTS[url]
    return read_pinned(FOLDER / name, pinned)


def read_pinned(path: Path, pinned: str) -> bytes:
    """The bytes of a file whose SHA-256 is the pinned one, in hexadecimal.

    Raises:
        UnknownContextError: it is another one.
    """
    raw = path.read_bytes()
    if sha256(raw).hex() != pinned:
        raise UnknownContextError(f"the file {path.name} is not the context that was pinned: restore it")
    return raw


def load_document(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
    """A document loader for PyLD that knows these contexts and nothing else.

    Raises:
        UnknownContextError: as `context_bytes`.
    """
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "tag": "static",
        "document": parse_json(context_bytes(url)),
    }
