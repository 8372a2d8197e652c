"""Under which names and keys does the market ask wallets? Files in its folder, made by `marketplace init`.

A self-made authority (`verifier-authority.pem`, which wallets may be given as a root) issues the certificate
of the verifier for the market's host name (`verifier.pem`). The same key is known by a did:jwk as well, for
wallets that follow identifiers. `marketplace renew-verifier` issues the next certificate.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from crypto.encoding import sha256
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Vault
from crypto.signing import SigningKey, generate_es256
from marketplace.errors import MarketplaceError
from marketplace.services.verifier import Verifier
from ssi.certificates import Authority, Lifetime, make_authority, make_certificate
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private, write_private
from ssi.openid4vp.client_id import ClientIdPrefix, did_client_id, dns_client_id, hash_client_id
from ssi.openid4vp.request import VerifierIdentity, certified_identity
from ssi.x509 import read_pem

KEY, CERTIFICATE = "verifier.key", "verifier.pem"
AUTHORITY_KEY, AUTHORITY = "verifier-authority.key", "verifier-authority.pem"
_AUTHORITY_LIFETIME: Final = timedelta(days=3650)
_LIFETIME: Final = timedelta(days=398)
_EARLIER: Final = timedelta(hours=1)
"""Certificates begin a little before now, for wallets whose clock is behind."""
_MAX_NAME: Final = 60


class VerifierIdentityError(MarketplaceError):
    """The files of the verifier cannot be used; the message says what to do."""


def make_verifier_files(
    directory: Path, name: str, url: str, *, now: datetime, random: RandomBytes = random_bytes
) -> None:
    """Make the keys and certificates that are missing; none that is there is replaced."""
    if not (directory / AUTHORITY_KEY).exists():
        key = generate_es256(random)
        lifetime = Lifetime(now - _EARLIER, now + _AUTHORITY_LIFETIME)
        made = make_authority(f"{name[:_MAX_NAME]} verifiers", key, lifetime, random=random)
        (directory / AUTHORITY).write_text(made.pem, "ascii")
        write_private(directory / AUTHORITY_KEY, key.to_pem())
    if not (directory / KEY).exists():
        write_private(directory / KEY, generate_es256(random).to_pem())
    if not (directory / CERTIFICATE).exists():
        renew_certificate(directory, name, url, now=now, random=random)


def renew_certificate(
    directory: Path, name: str, url: str, *, now: datetime, random: RandomBytes = random_bytes
) -> Path:
    """Issue the verifier's certificate for its host name, for the 398 days from now; the path of it.

    Raises:
        VerifierIdentityError: a file is missing or is not what it should be.
    """
    authority = Authority(_certificate(directory, AUTHORITY), _key(directory, AUTHORITY_KEY))
    leaf = make_certificate(
        name[:_MAX_NAME],
        _key(directory, KEY).public,
        authority,
        Lifetime(now - _EARLIER, now + _LIFETIME),
        uris=(url,),
        dns=(urlsplit(url).hostname or "localhost",),
        random=random,
    )
    path = directory / CERTIFICATE
    path.write_bytes(leaf.public_bytes(Encoding.PEM))
    return path


def read_verifier(directory: Path, name: str, url: str) -> Verifier | None:
    """The market as a verifier; None in a folder from before there were such files.

    Raises:
        VerifierIdentityError: a file is not what it should be, or a key can be read by others.
    """
    if not (directory / KEY).exists():
        return None
    key = _key(directory, KEY)
    leaf = _certificate(directory, CERTIFICATE)
    did = did_jwk(PublicKey.of(key.public))
    host = dns_client_id(urlsplit(url).hostname or "localhost")
    identities = {
        ClientIdPrefix.X509_HASH: certified_identity(hash_client_id(leaf), key, [leaf]),
        ClientIdPrefix.X509_SAN_DNS: certified_identity(host, key, [leaf]),
        ClientIdPrefix.DECENTRALIZED_IDENTIFIER: VerifierIdentity(did_client_id(did), key, f"{did}#0"),
    }
    vault = Vault(sha256(b"keys of presentation sessions", key.to_pem()))
    return Verifier(url.rstrip("/"), name, leaf.not_valid_after_utc, identities, vault)


def _key(directory: Path, name: str) -> SigningKey:
    try:
        return SigningKey.from_pem(read_private(directory / name))
    except ReadableByOthersError as error:
        raise VerifierIdentityError(str(error)) from error
    except (OSError, MalformedError) as error:
        raise VerifierIdentityError(f"{name} is no key; run: marketplace init --dir …") from error


def _certificate(directory: Path, name: str) -> Certificate:
    try:
        return read_pem((directory / name).read_text("ascii"), name)
    except (OSError, ValueError, MalformedError) as error:
        raise VerifierIdentityError(f"{name} is no certificate; run: marketplace init --dir …") from error
