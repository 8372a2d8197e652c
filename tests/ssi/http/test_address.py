import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.http.address import origin_of, path_of, same_origin

WITHOUT_ORIGIN = [
    "",
    "university.example",
    "file:///etc/passwd",
    "ftp://university.example",
    "https://",
    "https:///offers",
    "https://university.example:99999",
    "https://university.example:port",
    "https://[::1",
    "https://university.example@attacker.example",
    "https://:@university.example",
]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://university.example/offers/1?x=y#z", "https://university.example"),
        ("HTTPS://University.Example", "https://university.example"),
        ("https://university.example:443/", "https://university.example"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://127.0.0.1:8701/token", "http://127.0.0.1:8701"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
    ],
)
def test_an_origin_has_one_spelling(address, origin):
    assert origin_of(address) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize("address", WITHOUT_ORIGIN)
def test_an_address_without_origin_is_the_same_as_nothing_not_even_itself(address):
    assert origin_of(address) is None
    assert not same_origin(address, address)


@pytest.mark.parametrize(
    "other",
    [
        "http://university.example",
        "https://university.example:8443",
        "https://university.example.attacker.example",
        "https://sub.university.example",
        "https://university.example@attacker.example",
    ],
)
def test_another_scheme_host_or_port_is_another_origin(other):
    assert not same_origin("https://university.example", other)
    assert not same_origin(other, "https://university.example")


@given(st.text(max_size=60))
def test_any_text_has_an_origin_or_none(text):
    assert same_origin(text, text) is (origin_of(text) is not None)
    assert same_origin(f"https://{text}", f"https://{text}") is (origin_of(f"https://{text}") is not None)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://university.example", "/"),
        ("https://university.example/offers/1", "/offers/1"),
        ("https://university.example/offers?id=1&x=2#here", "/offers?id=1&x=2"),
        ("https://university.example?id=1", "/?id=1"),
    ],
)
def test_path_and_query_are_what_is_sent(address, path):
    assert path_of(address) == path
