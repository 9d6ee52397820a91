"""Where and of what the figures are: the machine, the compiler, the commit."""
from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import tempfile
import time
from pathlib import Path


def machine(build: Path) -> dict[str, object]:
    return {
        "cpu": _first(r"^model name\s*: (.*)$", Path("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "memory": _memory(),
        "kernel": platform.release(),
        "compiler": _compiler(build),
        "disk": _disk(),
    }


def commit(repository: Path) -> str:
    """With `-dirty` behind it if what was measured is more than the commit."""
    described = _output("git", "-C", str(repository), "describe", "--always", "--dirty")
    return described or "unknown"


def _first(pattern: str, path: Path) -> str:
    try:
        found = re.search(pattern, path.read_text(errors="replace"), re.MULTILINE)
    except OSError:
        return "unknown"
    return found.group(1).strip() if found else "unknown"


def _memory() -> str:
    kib = _first(r"^MemTotal:\s*(\d+) kB$", Path("/proc/meminfo"))
    return f"{int(kib) / 2**20:.1f} GiB" if kib.isdigit() else kib


def _compiler(build: Path) -> str:
    path = _first(r"^CMAKE_CXX_COMPILER:[A-Z]+=(.*)$", build / "CMakeCache.txt")
    return (_output(path, "--version") or path).split("\n")[0]


def _disk() -> str:
    """File system and device of what is durable: those of TMPDIR."""
    shown = _output("df", "--output=fstype,source", tempfile.gettempdir())
    return " of ".join(shown.split("\n")[-1].split()) or "unknown"


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


class OtherWork:
    """How many cores were busy with something that is no child of ours.

    Only children that have ended count as ours.
    """

    def __init__(self) -> None:
        self._start = self._now()

    def cores(self) -> float:
        """Since this was made; 0 where the system does not tell."""
        seconds, busy, ours = (b - a for a, b in zip(self._start, self._now()))
        return round(max(0.0, busy - ours) / seconds, 3) if seconds > 0 else 0.0

    @staticmethod
    def _now() -> tuple[float, float, float]:
        busy = 0.0
        try:
            # user nice system idle iowait irq softirq steal ...; `guest` is in `user`.
            first = Path("/proc/stat").read_text().split("\n")[0].split()
            ticks = [int(each) for each in first[1:9]]
            busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, IndexError):
            pass
        ours = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            ours += usage.ru_utime + usage.ru_stime
        return time.monotonic(), busy, ours
