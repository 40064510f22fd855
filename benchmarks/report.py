"""What was measured, against the empty app and the target: one table, and one JSON file."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Literal

import psutil

from mnist_core.base.packages import installed_versions

Unit = Literal["s", "ms", "MB"]
PACKAGES = ("streamlit", "streamlit-drawable-canvas", "plotly", "onnxruntime", "numpy", "pandas", "playwright")


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    Attributes
    ----------
    ours, empty : list of float
        One value a run, in `unit`; `empty` may lack.
    target : float or None
        Not to be reached, in `unit`; with `relative`, not to be exceeded as a multiple of the empty app's.
    worst : float or None
        The worst single observation of all runs.
    """

    name: str
    unit: Unit
    ours: Sequence[float]
    empty: Sequence[float] = ()
    target: float | None = None
    relative: bool = False
    worst: float | None = None

    @property
    def ratio(self) -> float | None:
        """This dashboard's median as a multiple of the empty app's."""
        return median(self.ours) / median(self.empty) if self.empty else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one, or if what it speaks of was not to be had."""
        if self.target is None or median(self.ours) != median(self.ours):
            return None
        if self.relative:
            return None if self.ratio is None else self.ratio <= self.target
        return median(self.ours) < self.target

    def cells(self) -> tuple[str, ...]:
        """Measure, this dashboard, worst, empty app, ratio, target, verdict."""
        if self.target is None:
            target = ""
        else:
            target = f"<= {self.target:g} x empty" if self.relative else f"< {self.target:g} {self.unit}"
        return (
            self.name,
            _values(self.ours, self.unit),
            "" if self.worst is None else f"{_number(self.worst, self.unit)} {self.unit}",
            _values(self.empty, self.unit),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            target,
            {True: "met", False: "missed", None: ""}[self.met],
        )


HEADERS = ("measure", "this dashboard", "worst", "empty app", "ratio", "target", "verdict")


def table(measures: Sequence[Measure]) -> str:
    """The measures as a Markdown table; of several runs the median, and each in brackets."""
    return grid(HEADERS, [measure.cells() for measure in measures])


def grid(headers: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table that reads well unrendered."""
    rows = [headers, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(headers))]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([written[0], rule, *written[1:]])


@dataclass(frozen=True)
class Machine:
    """Where it was measured and with what; `load` is the average of the minute before."""

    cores: int
    cpu: str
    memory_gb: float
    load: float
    system: str
    versions: Mapping[str, str]

    def __str__(self) -> str:
        busy = " The machine is busy: these figures are too high." if self.load > self.cores / 2 else ""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return (
            f"Machine: {self.cores} cores of {self.cpu}, {self.memory_gb} GB, {self.system}\n"
            f"Load before: {self.load}.{busy}\nVersions: {versions}"
        )


def this_machine(packages: Sequence[str] = PACKAGES) -> Machine:
    """This machine, now, with the versions of those packages that are installed."""
    return Machine(
        cores=os.cpu_count() or 1,
        cpu=_cpu(),
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        load=round(psutil.getloadavg()[0], 2),
        system=platform.platform(terse=True),
        versions={"python": platform.python_version(), **installed_versions(packages)},
    )


def as_json(measures: Sequence[Measure]) -> list[dict[str, object]]:
    """The table as data."""
    return [{**asdict(measure), "ratio": measure.ratio, "met": measure.met} for measure in measures]


def _values(values: Sequence[float], unit: Unit) -> str:
    if not values:
        return ""
    text = f"{_number(median(values), unit)} {unit}"
    return text if len(values) == 1 else f"{text} ({', '.join(_number(value, unit) for value in values)})"


def _number(value: float, unit: Unit) -> str:
    return f"{value:.2f}" if unit == "s" else f"{value:.1f}" if unit == "ms" and value < 10 else f"{value:.0f}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
