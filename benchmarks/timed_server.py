"""Streamlit's own command line, with a stopwatch around every run of a script or fragment.

`python -m benchmarks.timed_server run dashboard.py` serves as `python -m streamlit run dashboard.py` does, and appends
one line of JSON a run to the file in `BENCHMARK_TIMINGS`. The stopwatch runs from the moment the script's thread takes
up the request (before widget callbacks) to the script's last line, over any `st.rerun()` between; waiting for the
thread, the garbage collection after the run and the network are not in it. A wrapper script could not do this: a
fragment's rerun never passes the entry script.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.web.cli import main

TIMINGS = "BENCHMARK_TIMINGS"


def watch_runs(timings: Path) -> None:
    """Have every script run of this process leave a line in the file `timings`.

    A line holds `seconds` (wall clock), `cpu_seconds` (of the script's thread), `whole_seconds` (with the garbage
    collection after it), `fragment` (whether only a fragment ran) and `by_itself` (whether a `run_every` asked for it).
    """
    if not (hasattr(ScriptRunner, "_run_script") and hasattr(ScriptRunner, "_on_script_finished")):
        raise SystemExit("This Streamlit's ScriptRunner looks different: use the version in requirements.txt.")
    run_script, on_finished = ScriptRunner._run_script, ScriptRunner._on_script_finished
    last_line = threading.local()

    def timed_run(runner: ScriptRunner, rerun_data: RerunData) -> None:
        begun, cpu_begun = time.perf_counter(), time.thread_time()
        run_script(runner, rerun_data)
        whole = time.perf_counter() - begun
        line = {
            "seconds": last_line.wall - begun,
            "cpu_seconds": last_line.cpu - cpu_begun,
            "whole_seconds": whole,
            "fragment": bool(rerun_data.fragment_id_queue),
            "by_itself": bool(rerun_data.is_auto_rerun),
        }
        with timings.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def timed_finish(runner: ScriptRunner, *args: Any, **options: Any) -> None:
        last_line.wall, last_line.cpu = time.perf_counter(), time.thread_time()
        on_finished(runner, *args, **options)

    ScriptRunner._run_script = timed_run  # type: ignore[method-assign, assignment]
    ScriptRunner._on_script_finished = timed_finish  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    watch_runs(Path(os.environ[TIMINGS]))
    main(prog_name="streamlit")
