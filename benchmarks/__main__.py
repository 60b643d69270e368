"""`python -m benchmarks`: measure the kernels beside the baselines, write bench.json, bench.md and roofline.png."""

import json
import os
import platform
from pathlib import Path
from typing import Annotated

import llvmlite.binding as llvm
import numba
import numpy as np
import typer
from rich.progress import Progress

from benchmarks import enclosures, laws, looks, measure, own, picture, ranges
from benchmarks.baselines import BASELINES, OURS, Implementation
from benchmarks.measure import Row
from benchmarks.workload import SIZES, Workload
from boundary import check_writable, notes, run_command, write_atomically, write_json
from simulate.kernels.simd import REGISTER_BYTES

app = typer.Typer(add_completion=False, help=__doc__)
_AGREE = 1e-9
"""Weights may differ by this much from the SIMD kernel's after 200 steps: sums are taken in other orders."""


def _size(load: Workload, peak: float, seconds: float, repeats: int) -> Row:
    """Measure one size: the kernel, in float64 every baseline that is installed, equality of the weights."""
    ours, _ = measure.rate(OURS, load, seconds, 2 * repeats)
    found: dict[str, tuple[float, int]] = {}
    baselines = BASELINES if load.dtype == "float64" else ()
    for how in baselines:
        if how.available:
            found[how.name] = measure.rate(how, load, seconds, repeats)
        # Once more after each of them, so that a slow spell of the machine does not fall on the kernel alone.
        ours = max(ours, measure.rate(OURS, load, seconds, repeats)[0])
    row: Row = {"M": load.stages, "d": load.width, "dtype": load.dtype, "flops": load.flops, "lanes": ours}
    row["gigaflops"] = ours * load.flops / 1e9
    row["share_of_peak"] = row["gigaflops"] / peak
    row["metrics_cost"] = measure.metrics_cost(load)
    row["baselines"] = {how.name: _beside(how, load, ours, *found.get(how.name, (0.0, 0))) for how in baselines}
    return row


def _beside(how: Implementation, load: Workload, ours: float, rate: float, group: int) -> Row:
    """Return a baseline's cell: its rate, the kernel's ratio to it, and how far its weights are from the kernel's."""
    if not how.available:
        return {"skipped": f"{how.needs} is not installed"}
    return {
        "rate": rate,
        "ratio": ours / rate,
        "replicas_together": group,
        "largest_difference": measure.difference(how, load),
    }


def _text(result: Row) -> str:
    """Return the tables as Markdown."""
    lines = [
        f"Processor time, best of several, one thread. Peak {result['peak']['float64']:.1f} Gflop/s (float64), "
        f"{result['peak']['float32']:.1f} (float32), {REGISTER_BYTES * 8}-bit registers.",
        "",
        "| (M, d) | 1e6 replica-steps/s | % of peak | float32: 1e6/s | % of peak | metrics cost "
        "| hours for 1e9 replica-steps |",
        "|---|---|---|---|---|---|---|",
    ]
    double, single = ([row for row in result["sizes"] if row["dtype"] == kind] for kind in ("float64", "float32"))
    for row, other in zip(double, single, strict=True):
        lines.append(
            f"| ({row['M']}, {row['d']}) | {row['lanes'] / 1e6:.3f} | {100 * row['share_of_peak']:.0f} "
            f"| {other['lanes'] / 1e6:.3f} | {100 * other['share_of_peak']:.0f} "
            f"| {100 * row['metrics_cost']:.0f} % | {1e9 / row['lanes'] / 3600:.2f} |"
        )
    names = list(double[0]["baselines"])
    lines += ["", "| times as fast as | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row in double:
        cells = [
            "skipped" if "skipped" in cell else f"{cell['ratio']:.1f}" for cell in (row["baselines"][n] for n in names)
        ]
        lines.append(f"| ({row['M']}, {row['d']}) | " + " | ".join(cells) + " |")
    lines += ["", "| first call | nothing compiled, s | compiled before, s |", "|---|---|---|"]
    lines += [f"| {path} | {cold:.1f} | {cached:.2f} |" for path, (cold, cached) in result["first_call"].items()]
    lines += laws.text(result["devices"])
    lines += own.text(result["own"])
    lines += ranges.text(result["ranges"])
    lines += looks.text(result["looks"])
    lines += enclosures.text(result["enclosures"])
    slopes = ", ".join(f"{row['of']} {row['slope']:.2f}" for row in result["scaling"])
    lines += [
        "",
        f"log-log slopes of the time: {slopes}.",
        f"Two threads by the wall clock: {result['two_threads']:.2f} times as fast as one "
        f"(bare multiply-adds: {result['two_threads_at_peak']:.2f} times; {result['processors']} processors, "
        f"load {result['load'][0]:.1f}).",
        f"Largest difference of a weight after 200 steps: {result['largest_difference']:.1e}.",
        "",
    ]
    return "\n".join(lines)


@app.command()
def bench(
    out: Annotated[Path, typer.Option(help="folder for bench.json, bench.md and roofline.png")] = Path("results"),
    quick: Annotated[bool, typer.Option(help="shorter measurements, rougher figures")] = False,
) -> None:
    """Measure everything; exit 1 if an implementation's trajectory differs."""
    for name in ("bench.json", "bench.md", "roofline.png"):
        check_writable(out / name, "--out")
    seconds, repeats = (0.03, 2) if quick else (0.06, 7)
    with Progress(console=notes(), transient=True) as bar:
        shown = bar.add_task("benchmarks", total=2 * len(SIZES) + 9)
        with measure.one_processor():
            peak = {kind: measure.peak(kind) for kind in ("float64", "float32")}
            bytes_per_second = {str(size): measure.bandwidth(size) for size in (16, 256, 8192, 131072)}
            bar.advance(shown)
            sizes = []
            for kind in ("float64", "float32"):
                for stages, width in SIZES:
                    sizes.append(_size(Workload(stages, width, dtype=kind), peak[kind], seconds, repeats))
                    bar.advance(shown)
            scaling = measure.scaling(quick)
            bar.advance(shown)
            by_device = laws.ratios(repeats)
            bar.advance(shown)
            by_laws = own.ratios(repeats)
            bar.advance(shown)
            by_ranges = ranges.ratios(repeats)
            bar.advance(shown)
            by_looks = looks.shares(repeats)
            bar.advance(shown)
            by_boxes = enclosures.ratios(repeats)
            bar.advance(shown)
        two, hoped = measure.speed_up(Workload(4, 16, replicas=64), 2, 20000), measure.peak_speed_up(2)
        bar.advance(shown)
        first = {path: measure.first_call(path) for path in ("lanes", "plain")}
        bar.advance(shown)
    cells = [cell for row in sizes for cell in row["baselines"].values() if "rate" in cell]
    largest = max(cell["largest_difference"] for cell in cells)
    result: Row = {
        "peak": peak,
        "bandwidth": bytes_per_second,
        "sizes": sizes,
        "scaling": scaling,
        "devices": by_device,
        "own": by_laws,
        "ranges": by_ranges,
        "looks": by_looks,
        "enclosures": by_boxes,
        "two_threads": two,
        "two_threads_at_peak": hoped,
        "first_call": first,
        "largest_difference": largest,
        "processor": platform.processor() or llvm.get_host_cpu_name(),
        "register_bits": REGISTER_BYTES * 8,
        "processors": len(os.sched_getaffinity(0)),
        "load": os.getloadavg(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__},
    }
    write_json(str(out / "bench.json"), json.loads(json.dumps(result)))
    text = _text(result)
    write_atomically(out / "bench.md", text)
    write_atomically(out / "roofline.png", picture.roofline(result))
    typer.echo(text)
    if not largest < _AGREE:
        raise typer.Exit(1)


if __name__ == "__main__":
    run_command(app, "python -m benchmarks")
