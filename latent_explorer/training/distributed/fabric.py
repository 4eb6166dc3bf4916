"""Several processes that train together, launched or detected by Lightning Fabric."""

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import torch
from torch import Tensor, distributed

from latent_explorer.errors import TrainingError
from latent_explorer.training.distributed.devices import DeviceLostError, choose_device
from latent_explorer.training.distributed.process_group import SINGLE_PROCESS, OtherFailedError, ProcessGroup

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_TOLD_BYTES = 1000  # limit for the message of a process that fails
_PATIENCE = timedelta(hours=6)  # of the processes that wait while the first one writes the bundle
_RENDEZVOUS = ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK")


@dataclass(frozen=True)
class Size:
    """The number of processes: one for each device on each node."""

    devices: int
    nodes: int

    @classmethod
    def wanted(cls, devices: str | None, nodes: int | None, device: torch.device) -> "Size":
        """The requested size; "auto" is all devices of that kind, and None is what torchrun has started, or one.

        Raises TrainingError if it is not a number, or torchrun has started something else.
        """
        if devices not in (None, "auto") and not (devices.isdecimal() and int(devices)):
            raise TrainingError(f"--devices {devices}: expected how many on each node, from 1 on, or auto")
        found = _started_by_torchrun()
        if found is None:
            present = torch.cuda.device_count() if device.type == "cuda" else 1
            return cls(present if devices == "auto" else int(devices or 1), nodes or 1)
        asked = cls(found.devices if devices in (None, "auto") else int(devices), nodes or found.nodes)
        if asked != found:
            raise TrainingError(
                f"--devices {asked.devices} --nodes {asked.nodes} was asked for, but torchrun has started "
                f"{found.devices} processes on each of {found.nodes} nodes; leave both options out, or start torchrun "
                f"with --nproc-per-node {asked.devices} --nnodes {asked.nodes}"
            )
        return found


def _started_by_torchrun() -> Size | None:
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    world, here = int(os.environ["WORLD_SIZE"]), int(os.environ["LOCAL_WORLD_SIZE"])
    if world % here:
        raise TrainingError(f"torchrun has started {world} processes, {here} here: expected as many on each node")
    return Size(here, world // here)


def assemble(device: str = "auto", devices: str | None = None, nodes: int | None = None) -> ProcessGroup:
    """The processes that train together: this one, or those that Fabric detects, or launches with this command.

    Fabric is imported only if there are several. Raises TrainingError if such a group is not possible.
    """
    place = choose_device(device)
    size = Size.wanted(devices, nodes, place)
    if size == Size(1, 1):
        return SINGLE_PROCESS
    from lightning_fabric import Fabric
    from lightning_fabric.utilities.exceptions import MisconfigurationException

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    try:
        fabric = Fabric(accelerator=place.type, devices=size.devices, num_nodes=size.nodes, strategy="ddp")
        _require_rendezvous(fabric, size)
        if "LT_CLI_USED" not in os.environ:  # `fabric run` has already launched it
            fabric.launch()
    except (MisconfigurationException, ValueError, RuntimeError) as error:
        raise TrainingError(f"--devices {size.devices} --nodes {size.nodes} are not available: {error}") from error
    return FabricProcessGroup(fabric)


class FabricProcessGroup(ProcessGroup):
    """A process of a Fabric group; tensors are summed on their device, and processes meet on the host.

    A meeting is a reduction on the hosts (gloo), which waits for no device. Each sum is preceded by a meeting, so that
    a process that fails anywhere has to attend only one more meeting, and no other process waits for it.
    """

    def __init__(self, fabric: "Fabric") -> None:
        self.rank, self.size = fabric.global_rank, fabric.world_size
        self.first_here = fabric.local_rank == 0
        self._device = fabric.device
        hosts = distributed.new_group(backend="gloo", timeout=_PATIENCE)
        assert isinstance(hosts, distributed.ProcessGroup)
        self._hosts = hosts
        self._token = Event()
        self._stopping = Event()
        self._over = False

    def device(self, name: str) -> torch.device:
        return self._device

    def heed(self, token: Event) -> Event:
        self._token, self._stopping = token, Event()
        return self._stopping

    def meet(self) -> None:
        failed, stopping = self._told_by_all([0, int(self._token.is_set())])
        if failed:
            raise OtherFailedError(self._first_told(""))
        if stopping:
            self._token.set()
            self._stopping.set()

    def add_up(self, tensor: Tensor) -> None:
        self.meet()
        self._sum(tensor)

    @contextmanager
    def together(self) -> Iterator[None]:
        self._over = False
        try:
            yield
            self.meet()
        except Exception as error:
            if not self._over:
                self._tell(error)
            raise

    def close(self) -> None:
        distributed.destroy_process_group()

    def _tell(self, error: Exception) -> None:
        with suppress(DeviceLostError):
            self._told_by_all([1, 0])
            self._first_told(f"{self._where()}, cannot continue: {str(error) or type(error).__name__}")

    def _told_by_all(self, numbers: list[int]) -> list[int]:
        told = torch.tensor(numbers)
        self._sum(told)
        return told.tolist()

    def _first_told(self, message: str) -> str:
        """The message of the first process that has failed; the last common operation of the group."""
        self._over = True
        said = torch.zeros(self.size, _TOLD_BYTES, dtype=torch.uint8)
        own = message.encode()[:_TOLD_BYTES]
        said[self.rank, : len(own)] = torch.tensor(list(own), dtype=torch.uint8)
        self._sum(said)
        rank = int(said.any(1).int().argmax())
        return bytes(said[rank].tolist()).rstrip(bytes(1)).decode(errors="ignore")

    def _where(self) -> str:
        return f"process {self.rank} of 0 to {self.size - 1}, on {socket.gethostname()} ({self._device})"

    def _sum(self, tensor: Tensor) -> None:
        """Replace the tensor by the sum. Raises DeviceLostError, after which nobody meets, if a process is lost."""
        try:  # not Fabric's all_reduce, whose barrier would make the host wait
            distributed.all_reduce(tensor, group=self._hosts if tensor.device.type == "cpu" else None)
        except RuntimeError as error:
            self._over = True
            # gloo's message, without its source location and advice
            reason = re.sub(r"\[/[^]]*\] ", "", str(error)).strip().splitlines()[0].split(". ")[0]
            raise DeviceLostError(f"{self._where()}, can no longer reach the others: {reason}") from error


def _require_rendezvous(fabric: "Fabric", size: Size) -> None:
    """Raise TrainingError if the user starts the command on each node without a rendezvous address."""
    from lightning_fabric.plugins.environments.lightning import LightningEnvironment

    missing = [name for name in _RENDEZVOUS if name not in os.environ]
    environment = getattr(fabric.strategy, "cluster_environment", None)
    if size.nodes > 1 and isinstance(environment, LightningEnvironment) and missing:
        raise ValueError(
            f"expected {', '.join(missing)} in the environment of this command on each node, so that they find each "
            "other; or start it with torchrun on each"
        )
