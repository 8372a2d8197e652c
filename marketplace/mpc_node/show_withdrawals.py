"""The marketplace asks which withdrawals a node took, and shows where they stand in its log.

A person may have reached only this node. So the signed withdrawals themselves are handed out to the
marketplace, which verifies them as it does those that wallets send, ends the offers and logs them. What it
shows afterwards counts only under a state of the log that this node cosigned: an entry in a log that is kept
for this node alone would prove nothing to anybody else.
"""

from dataclasses import dataclass
from typing import Final

from consent.errors import ConsentError
from consent.logged_withdrawal import LoggedWithdrawal
from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.reading import Fields
from marketplace.mpc_node.errors import NotShownError
from marketplace.mpc_node.node import Node

MOST_AT_ONCE: Final = 100
MAX_REQUEST: Final = 2_000_000


@dataclass(frozen=True)
class ShowWithdrawals:
    """The use cases: name what is awaited, and take what is shown."""

    node: Node

    def awaited(self) -> list[dict[str, Json]]:
        """The withdrawals that are to stand in the log, the oldest first, no more than are shown at once."""
        found = self.node.logged.awaited(limit=MOST_AT_ONCE)
        return [{"consent_id": each.consent_id, "withdrawal": each.token} for each in found]

    def take(self, fields: Fields) -> str:
        """Keep where a withdrawal stands in the log, and return its consent.

        1. It is an entry about a withdrawal, with its proof. 2. It stands there under a checkpoint that the
        marketplace signed, 3. which is one that this node cosigned. 4. The withdrawal came to this node.

        Raises:
            MalformedError: it has another form.
            NotShownError: a step failed.
        """
        shown = LoggedWithdrawal.from_fields(fields)  # 1
        marketplace = self.node.around.registry().marketplace
        try:
            consent_id = shown.consent_id()
            checkpoint = shown.verify(marketplace.id, marketplace.verifying_key)  # 2
        except (ConsentError, CryptoError) as error:
            raise NotShownError(str(error)) from error
        if self.node.witnessed.root_at(marketplace.id, checkpoint.size) != checkpoint.root:  # 3
            raise NotShownError("this node did not cosign that state of the log lately")
        if not self.node.logged.put(consent_id, shown.index, shown.to_json()):  # 4
            raise NotShownError("no withdrawal of that consent came to this node")
        return consent_id
