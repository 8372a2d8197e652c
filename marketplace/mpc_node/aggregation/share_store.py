"""Where does a node keep its share of the joint key? In a sealed file of its folder, one for each key.

The share is sealed under a key of the node's storage root to the place that names the joint key, so that the
file alone says nothing and stands for no other key. The key in use is the one that the trust registry names:
a node that holds no share of that one takes part in no sum.
"""

from dataclasses import dataclass, field
from pathlib import Path

from crypto.elgamal.keys import KeyShare
from crypto.errors import CryptoError
from crypto.sealing import Vault
from crypto.sharing.shamir import Share
from marketplace.mpc_node.errors import SettingsError
from ssi.aggregation_key import AggregationKeyEntry
from ssi.errors import RegistryError
from ssi.hosting.files import write_private

FOLDER = "aggregation"
_SUFFIX = ".share"


@dataclass(frozen=True)
class ShareStore:
    """The shares of one node; what is in memory of them stays out of ``repr``."""

    folder: Path
    vault: Vault = field(repr=False)

    def save(self, share: KeyShare) -> None:
        """Keep the share of a key that was just made. A share is never overwritten.

        Raises:
            SettingsError: there is one of this key already.
        """
        path = self._path(share.public.key_id)
        if path.exists():
            raise SettingsError("this node has a share of that aggregation key already")
        write_private(path, self.vault.seal(share.share.encode(), _place(share.public.key_id)))

    def share_of(self, entry: AggregationKeyEntry, node_id: str) -> KeyShare:
        """This node's share of a key of the registry.

        Raises:
            SettingsError: it holds none, the file is damaged, or the share does not belong to the key.
        """
        try:
            party = entry.party_of(node_id)
            raw = self.vault.open(self._path(entry.key_id).read_bytes(), _place(entry.key_id))
            share = KeyShare(entry.public_key, Share.decode(raw)).verify()
        except (OSError, RegistryError) as error:
            raise SettingsError("this node holds no share of the registry's aggregation key") from error
        except CryptoError as error:
            raise SettingsError("the stored share of the aggregation key is damaged") from error
        if share.share.party != party:
            raise SettingsError("the registry lists this node as another party of the aggregation key")
        return share

    def _path(self, key_id: bytes) -> Path:
        return self.folder / f"{key_id.hex()}{_SUFFIX}"


def _place(key_id: bytes) -> str:
    return f"aggregation|{key_id.hex()}|share"
