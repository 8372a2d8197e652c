"""The use cases about a person's pod, put together."""

from dataclasses import dataclass

from wallet.domain.clock import Clock
from wallet.domain.pod import Pod
from wallet.services.back_up_to_pod import BackUpToPod
from wallet.services.connect_pod import ConnectPod
from wallet.services.move_wallet import MoveWallet
from wallet.services.pod_ports import Pods
from wallet.services.ports import Store
from wallet.services.read_pod import ReadPod
from wallet.services.take_file import TakeFile


@dataclass(frozen=True)
class PodUse:
    """A pod is connected, read from, and copied to."""

    connect: ConnectPod
    read: ReadPod
    back_up: BackUpToPod


def assemble_pods(
    pods: Store[Pod], partner: Pods, take_file: TakeFile, move: MoveWallet, clock: Clock
) -> PodUse:
    """Make the use cases over ready stores and partners."""
    connect = ConnectPod(pods, partner, clock)
    return PodUse(connect, ReadPod(connect, partner, take_file), BackUpToPod(connect, partner, move, clock))
