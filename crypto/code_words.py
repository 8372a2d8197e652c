"""A secret code as words that a person can write down and type again (BIP 39, English list of 2048 words).

160 bits and a checksum of 5 are 15 words of 11 bits each, 256 bits and a checksum of 8 are 24. The checksum
notices 31 of 32 wrong codes, or 255 of 256, before they are tried; it protects from slips, not from anybody.
The first four letters tell all words apart.
"""

import re
import unicodedata
from typing import Final

from mnemonic import Mnemonic

from crypto.errors import MalformedError

CODE_BYTES: Final = 20
WORDS: Final = 15
LONG_CODE_BYTES: Final = 32
_WORDS_OF: Final = {CODE_BYTES: WORDS, LONG_CODE_BYTES: 24}
_MAX_TEXT: Final = 1_000
_LETTERS: Final = 4
_LIST: Final = Mnemonic("english")
_BY_START: Final = {word[:_LETTERS]: word for word in _LIST.wordlist}


def words_of(code: bytes) -> str:
    """The words of a code of `CODE_BYTES` or `LONG_CODE_BYTES` bytes, with a space between each.

    Raises:
        MalformedError: another length.
    """
    if len(code) not in _WORDS_OF:
        raise MalformedError(f"code: expected {CODE_BYTES} or {LONG_CODE_BYTES} bytes")
    return _LIST.to_mnemonic(code)


def code_of(text: str, *, code_bytes: int = CODE_BYTES) -> bytes:
    """The code of `code_bytes` bytes behind words as somebody typed them.

    Capitals, commas, numbers and lines do not matter; of each word the first four letters are enough.

    Raises:
        MalformedError: another number of words, one that is not on the list (told by its place, never by
            itself), or a wrong checksum.
    """
    plain = unicodedata.normalize("NFKC", text[:_MAX_TEXT]).casefold()
    typed = re.findall(r"[^\W\d_]+", plain)
    wanted = _WORDS_OF[code_bytes]
    if len(text) > _MAX_TEXT or len(typed) != wanted:
        raise MalformedError(f"code: expected {wanted} words, got {len(typed)}")
    words = [_word(each, place) for place, each in enumerate(typed, start=1)]
    try:
        return bytes(_LIST.to_entropy(words))
    except ValueError as error:
        raise MalformedError("code: these words do not belong together") from error


def _word(typed: str, place: int) -> str:
    word = _BY_START.get(typed[:_LETTERS])
    if word is None or not word.startswith(typed):
        raise MalformedError(f"code: word {place} is not one of the list")
    return word
