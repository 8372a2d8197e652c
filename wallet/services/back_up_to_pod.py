"""A person keeps locked copies of her whole wallet in her pod, and puts one into an empty wallet.

The pod's server sees ciphertext. It learns that this wallet copies itself, when, how large each copy is, from
which address, and which copies come from one wallet.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from crypto.encoding import sha256
from wallet.domain.clock import Clock
from wallet.domain.pod import Backup, Pod, backup_address, backups_in
from wallet.domain.pod_trouble import pod_trouble
from wallet.domain.proof import Proof
from wallet.domain.session import Session
from wallet.errors import ExportError, PodError, PodTrouble
from wallet.services.connect_pod import ConnectPod
from wallet.services.move_wallet import MAX_FILE_BYTES, MoveWallet
from wallet.services.pod_ports import Pods

KEPT: Final = 5
"""How many copies of one wallet stay in a pod."""
_LABEL: Final = "copies in a pod"
_TAG_BYTES: Final = 8
_MOST_REMOVED: Final = 10
"""How many old copies go at once, whatever the pod says that there are."""


@dataclass(frozen=True)
class BackUpToPod:
    """Writes, lists and reads the copies."""

    connect: ConnectPod
    partner: Pods
    move: MoveWallet
    clock: Clock

    def __call__(self, session: Session, proof: Proof, file_password: str) -> tuple[Backup, ...]:
        """Write one more copy, see that it can be read, and remove this wallet's oldest ones beyond five.

        Nothing is written over, and nothing is removed before the new copy was read back as it was written.

        Raises:
            WrongPasswordError, TooManyAttemptsError, WrongPasskeyError, WeakPasswordError, ExportError: as
                `MoveWallet.export`.
            PodError: the pod cannot be used, is full, or gives back something else.
        """
        pod = self.connect.usable(session)
        content = self.move.export(session, proof, file_password).encode("ascii")
        address = backup_address(pod.place, _tag(session), self.clock())
        self.partner.write_new(pod, address, content)
        if not hmac.compare_digest(sha256(self.partner.read(pod, address, MAX_FILE_BYTES)), sha256(content)):
            raise pod_trouble(PodTrouble.ALTERED)
        self._thin_out(session, pod, address)
        return self._all(session, pod)

    def all(self, session: Session) -> tuple[Backup, ...]:
        """The copies in the pod, of whichever wallet, the newest first.

        Raises:
            PodError: no pod is connected, or it cannot be read.
        """
        return self._all(session, self.connect.usable(session))

    def restore(self, session: Session, address: str, file_password: str) -> int:
        """Put a copy into this empty wallet; how many things it was.

        Raises:
            ConflictError, ExportError: as `MoveWallet.restore`.
            PodError: there is no such copy, or the pod cannot be read.
        """
        pod = self.connect.usable(session)
        if address not in {each.address for each in self._all(session, pod)}:
            raise pod_trouble(PodTrouble.NOT_FOUND)
        try:
            file = self.partner.read(pod, address, MAX_FILE_BYTES).decode("ascii")
        except UnicodeDecodeError as error:
            raise ExportError("This is not the file of a wallet.") from error
        return self.move.restore(session, file, file_password)

    def _thin_out(self, session: Session, pod: Pod, newest: str) -> None:
        own = [each.address for each in self._all(session, pod) if each.mine and each.address != newest]
        for address in own[KEPT - 1 :][:_MOST_REMOVED]:
            with suppress(PodError):  # one old copy too many is no loss, and the next copy tries again
                self.partner.remove(pod, address)

    def _all(self, session: Session, pod: Pod) -> tuple[Backup, ...]:
        try:
            folder = self.partner.folder(pod, pod.place.folder)
        except PodError as error:
            if error.cause is PodTrouble.NOT_FOUND:
                return ()
            raise
        return backups_in(folder, _tag(session))


def _tag(session: Session) -> str:
    """A name for the copies of one wallet, which says nothing of the wallet."""
    return session.vault.derive(_LABEL)[:_TAG_BYTES].hex()
