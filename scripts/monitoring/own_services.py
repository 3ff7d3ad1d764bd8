"""The four services, as their status files show them."""

import time
from pathlib import Path

from monitoring.report import Service
from pipeline import status_files
from pipeline.status_files import ServiceStatus

NAMES = ("scheduler", "producer", "stream_processor", "batch_ingestor")
# A file is replaced every second.
SILENT_SECONDS = 5
# A replica that ended is forgotten after this long if others of its service run.
FORGOTTEN_SECONDS = 600


class OwnService:
    """One status file: what it says, how old it is, and whether its process lives."""

    def __init__(self, path: Path, status: ServiceStatus) -> None:
        self.status = status
        self.age_seconds = max(0.0, time.time() - path.stat().st_mtime)
        self.alive = status_files.is_owned(path)

    @property
    def seconds_since_turn(self) -> float:
        """Since the last completed turn of its loop."""
        return self.status.seconds_since_turn + self.age_seconds

    @property
    def seconds_since_progress(self) -> float:
        """Since it last did a piece of its work."""
        return self.status.seconds_since_progress + self.age_seconds


def read(status_dir: Path) -> dict[str, list[OwnService]]:
    """The status files by service; without those of replicas that are gone for good."""
    found: dict[str, list[OwnService]] = {}
    for name in NAMES:
        paths = sorted(status_dir.glob(f"{name}-*.json"))
        files = [OwnService(p, status) for p in paths if (status := status_files.read(p))]
        some_live = any(file.alive for file in files)
        found[name] = [f for f in files if f.alive or not some_live or not _gone_for_good(f)]
    return found


def _gone_for_good(file: OwnService) -> bool:
    return file.status.state == "stopped" or file.age_seconds > FORGOTTEN_SECONDS


def describe(files: dict[str, list[OwnService]], hangs_after_seconds: float) -> list[Service]:
    """Each replica of each service, and whether it is well."""
    services = []
    for name, replicas in files.items():
        services += [_describe(file, hangs_after_seconds) for file in replicas]
        if not replicas:
            services.append(
                Service(
                    name=name,
                    replica=1,
                    well=False,
                    state="stopped",
                    reason="has left no status file",
                )
            )
    return services


def _describe(file: OwnService, hangs_after_seconds: float) -> Service:
    status = file.status
    role = status.facts.get("role", "")
    described = Service(
        name=status.service,
        replica=status.replica,
        well=True,
        state="works",
        doing=status.doing or (role if role == "standing by" else ""),
        rates_per_second=status.rates,
        counts=status.counts,
        starts=status.starts,
        restarts=status.restarts,
        seconds_since_turn=round(file.seconds_since_turn, 1),
        last_end=status.last_end,
        last_refusal=status.last_refusal,
    )
    state, reason = _fault(file, hangs_after_seconds)
    if not state:
        return described
    # What it did when it last wrote its file says nothing of now.
    update: dict[str, object] = {"well": False, "state": state, "reason": reason, "doing": ""}
    if not file.alive:
        update["rates_per_second"] = {}
    return described.model_copy(update=update)


def _fault(file: OwnService, hangs_after_seconds: float) -> tuple[str, str]:
    """The state of a replica that does not work, and why; empty if it works."""
    status = file.status
    if not file.alive:
        if status.state == "stopped":
            return "stopped", "was asked to stop"
        return "ended", f"ended: {status.last_end if status.state == 'ended' else 'killed'}"
    if file.age_seconds > SILENT_SECONDS:
        return "silent", f"has said nothing for {file.age_seconds:.0f} s: frozen, or its disk hangs"
    if status.waits_for:
        return "waits", f"waits for {status.waits_for}"
    if file.seconds_since_turn > hangs_after_seconds:
        return "hangs", f"has completed no turn for {file.seconds_since_turn:.0f} s"
    return "", ""
