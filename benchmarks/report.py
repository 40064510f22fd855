"""Results of benchmarks as a Markdown table and as JSON, compared with the empty app and with targets."""

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
    """One row of the table.

    Attributes
    ----------
    name : str
    unit : {"s", "ms", "MB"}
    ours, empty : sequence of float
        One value per run, in `unit`, of this dashboard and of the empty app. `empty` is optional.
    target : float or None
        Upper limit, excluded, in `unit`. With `relative`, upper limit of the ratio, included.
    relative : bool
        Whether the target is a multiple of the empty app's value.
    worst : float or None
        The largest single observation of all runs.
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
        """This dashboard's median divided by the empty app's median."""
        return median(self.ours) / median(self.empty) if self.empty else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met, or None without a target or a value."""
        if self.target is None or median(self.ours) != median(self.ours):
            return None
        if self.relative:
            return None if self.ratio is None else self.ratio <= self.target
        return median(self.ours) < self.target

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row, in the order of `HEADERS`."""
        if self.target is None:
            target = ""
        else:
            target = f"<= {self.target:g} x empty" if self.relative else f"< {self.target:g} {self.unit}"
        return (
            self.name,
            _format_values(self.ours, self.unit),
            "" if self.worst is None else f"{_format_number(self.worst, self.unit)} {self.unit}",
            _format_values(self.empty, self.unit),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            target,
            {True: "met", False: "missed", None: ""}[self.met],
        )


HEADERS = ("measure", "this dashboard", "worst", "empty app", "ratio", "target", "verdict")


def measures_table(measures: Sequence[Measure]) -> str:
    """Return the measures as a Markdown table. For several runs, a cell has their median and, in brackets, each run."""
    return markdown_table(HEADERS, [measure.cells() for measure in measures])


def markdown_table(headers: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with aligned columns."""
    rows = [headers, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(headers))]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([written[0], rule, *written[1:]])


@dataclass(frozen=True)
class Machine:
    """Hardware and software of a benchmark.

    Attributes
    ----------
    cores : int
    cpu : str
        Name of the processor.
    memory_gb : float
        Memory in GB (10^9 bytes).
    load : float
        Average load in the minute before the benchmark.
    system : str
        Name of the operating system.
    versions : mapping of package to version
    """

    cores: int
    cpu: str
    memory_gb: float
    load: float
    system: str
    versions: Mapping[str, str]

    def __str__(self) -> str:
        busy = " The machine is busy, so the times are too long." if self.load > self.cores / 2 else ""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return (
            f"Machine: {self.cores} cores of {self.cpu}, {self.memory_gb} GB, {self.system}\n"
            f"Load before: {self.load}.{busy}\nVersions: {versions}"
        )


def this_machine(packages: Sequence[str] = PACKAGES) -> Machine:
    """Return the hardware, load and software of this machine, with the versions of the installed packages."""
    return Machine(
        cores=os.cpu_count() or 1,
        cpu=_cpu(),
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        load=round(psutil.getloadavg()[0], 2),
        system=platform.platform(terse=True),
        versions={"python": platform.python_version(), **installed_versions(packages)},
    )


def as_json(measures: Sequence[Measure]) -> list[dict[str, object]]:
    """Return the measures as objects that can be written as JSON."""
    return [{**asdict(measure), "ratio": measure.ratio, "met": measure.met} for measure in measures]


def _format_values(values: Sequence[float], unit: Unit) -> str:
    if not values:
        return ""
    text = f"{_format_number(median(values), unit)} {unit}"
    return text if len(values) == 1 else f"{text} ({', '.join(_format_number(value, unit) for value in values)})"


def _format_number(value: float, unit: Unit) -> str:
    return f"{value:.2f}" if unit == "s" else f"{value:.1f}" if unit == "ms" and value < 10 else f"{value:.0f}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
