"""A person looks into her pod, and her wallet reads a file that lies there."""

import io
from dataclasses import dataclass
from typing import Final

from wallet.domain.pod import Folder
from wallet.domain.pod_trouble import pod_trouble
from wallet.domain.session import Session
from wallet.errors import PodTrouble
from wallet.services.connect_pod import ConnectPod
from wallet.services.keep_streams import KeepReport
from wallet.services.pod_ports import Pods
from wallet.services.source_ports import Chosen
from wallet.services.take_file import Progress, TakeFile

MOST_FILE_BYTES: Final = 64 * 1024**2
"""A file of a pod is read in memory, so it has to be smaller than one from a person's device."""


@dataclass(frozen=True)
class ReadPod:
    """Reads folders and files of the connected pod. Nothing that lies outside it is asked for."""

    connect: ConnectPod
    partner: Pods
    take_file: TakeFile

    def folder(self, session: Session, address: str | None = None) -> Folder:
        """What lies in a folder; without an address, in the outermost one.

        Raises:
            PodError: no pod is connected, or it cannot be read.
        """
        pod = self.connect.usable(session)
        wanted = address or pod.place.storage
        if wanted != pod.place.storage and not (pod.place.holds(wanted) and wanted.endswith("/")):
            raise pod_trouble(PodTrouble.NOT_FOUND)
        return self.partner.folder(pod, wanted)

    def file(self, session: Session, address: str) -> bytes:
        """A file.

        Raises:
            PodError: no pod is connected, it cannot be read, or the file is larger than 64 MiB.
        """
        pod = self.connect.usable(session)
        if not pod.place.holds(address) or address.endswith("/"):
            raise pod_trouble(PodTrouble.NOT_FOUND)
        return self.partner.read(pod, address, MOST_FILE_BYTES)

    def take(
        self, session: Session, source: str, address: str, chosen: Chosen, progress: Progress
    ) -> KeepReport:
        """Keep what a file holds, as `TakeFile` does; it is on no disk of the wallet in the clear.

        Raises:
            PodError: as `file`.
            WalletError: as `TakeFile`; nothing of a file that breaks is kept.
        """
        return self.take_file(session, source, io.BytesIO(self.file(session, address)), chosen, progress)
