"""What does a node own? Four secrets, each in a file of its own that nobody else may read.

* ``signing.pem`` signs statements, receipts and messages to peers (Ed25519),
* ``sealing.key`` opens the bundles that wallets seal to this node (ML-KEM-768 with X25519; X25519 alone
  in folders that were made before),
* ``storage.key`` is the root from which the keys of shares and logs at rest and the seed of the noise come,
* ``tls.key`` with ``tls.pem`` is how peers and the marketplace recognise the connection.

NOTE: whoever copies ``storage.key``, the database and the files of shares reads this node's shares, and can
predict its part of the noise. One node's shares alone say nothing about a person, and an answer protects
people as it promises without one node's part of the noise.
"""

from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import CryptoError
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import KEY_BYTES, SealingKey, derive_subkey
from crypto.signing import SigningKey, generate_ed25519
from marketplace.mpc_node.errors import SettingsError
from ssi.hosting import files
from ssi.hosting.errors import ReadableByOthersError

SIGNING_FILE = "signing.pem"
SEALING_FILE = "sealing.key"
STORAGE_FILE = "storage.key"


@dataclass(frozen=True)
class NodeKeys:
    """The secrets of one node. They stay out of ``repr`` and so out of logs."""

    signing: SigningKey = field(repr=False)
    sealing: SealingKey = field(repr=False)
    storage_root: bytes = field(repr=False)

    @property
    def vault_key(self) -> bytes:
        """The key under which the keys of the files of shares rest in the database."""
        return derive_subkey(self.storage_root, "argonauta node vault v1")

    @property
    def log_key(self) -> bytes:
        """The key under which the logs of running attempts rest in the node's folder."""
        return derive_subkey(self.storage_root, "argonauta node attempt log v1")

    @property
    def papers_key(self) -> bytes:
        """The key of the tags on what is kept of verified papers."""
        return derive_subkey(self.storage_root, "argonauta node papers v1")

    @property
    def aggregation_key(self) -> bytes:
        """The key under which shares of joint keys rest in the node's folder."""
        return derive_subkey(self.storage_root, "argonauta node aggregation v1")

    @property
    def noise_key(self) -> bytes:
        """The key from which the noise of every job is derived."""
        return derive_subkey(self.storage_root, "argonauta node noise v1")


def generate_keys(random: RandomBytes = random_bytes) -> NodeKeys:
    """Draw the secrets of a new node."""
    return NodeKeys(generate_ed25519(), SealingKey.generate_hybrid(random), random(KEY_BYTES))


def save_keys(keys: NodeKeys, directory: Path) -> None:
    """Write the secrets into a node's folder, readable by its owner alone.

    Raises:
        SettingsError: there are secrets already; they are never overwritten.
    """
    write_once(directory / SIGNING_FILE, keys.signing.to_pem())
    write_once(directory / SEALING_FILE, keys.sealing.to_bytes())
    write_once(directory / STORAGE_FILE, keys.storage_root)


def load_keys(directory: Path) -> NodeKeys:
    """Read the secrets of a node's folder.

    Raises:
        SettingsError: a file is missing, damaged, or readable by others.
    """
    root = read_private(directory / STORAGE_FILE)
    if len(root) != KEY_BYTES:
        raise SettingsError(f"expected {KEY_BYTES} bytes in {STORAGE_FILE}, got {len(root)}")
    try:
        signing = SigningKey.from_pem(read_private(directory / SIGNING_FILE))
        sealing = SealingKey.from_bytes(read_private(directory / SEALING_FILE))
    except CryptoError as error:
        raise SettingsError(f"a key file in {directory.name} is damaged") from error
    return NodeKeys(signing, sealing, root)


def write_once(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read (mode 0600).

    Raises:
        SettingsError: the file exists.
    """
    if path.exists():
        raise SettingsError(f"{path.name} exists already: a node's folder is initialised once")
    files.write_private(path, content)


def read_private(path: Path) -> bytes:
    """Read a file that only its owner may read.

    Raises:
        SettingsError: it is missing or cannot be read, or others may read it.
    """
    try:
        return files.read_private(path)
    except ReadableByOthersError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path.name} is missing or cannot be read: run mpc-node init first") from error
