"""Streamlit's command line, with every run of a script or fragment timed.

`python -m benchmarks.timed_server run dashboard.py` serves like `python -m streamlit run dashboard.py`. It also appends
one line of JSON per run to the file in `BENCHMARK_TIMINGS`. The time starts when the script's thread takes the request,
before widget callbacks. It ends at the last line of the script, after any `st.rerun()`. Waiting for the thread, the
garbage collection after the run, and the network are not included.

A wrapper script cannot measure this, because a rerun of a fragment does not execute the entry script.
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


def time_runs(timings: Path) -> None:
    """Append a line of JSON to the file `timings` for every script run of this process.

    Each line has these keys:

    - `seconds`: wall-clock time.
    - `cpu_seconds`: CPU time of the script's thread.
    - `whole_seconds`: wall-clock time with the garbage collection after the run.
    - `fragment`: whether only a fragment ran.
    - `automatic`: whether `run_every` of a fragment started the run.
    """
    if not (hasattr(ScriptRunner, "_run_script") and hasattr(ScriptRunner, "_on_script_finished")):
        raise SystemExit(
            "Expected a ScriptRunner with _run_script and _on_script_finished, found another one. "
            "Install the version of Streamlit in requirements.txt."
        )
    run_script, on_finished = ScriptRunner._run_script, ScriptRunner._on_script_finished
    last_line = threading.local()

    def timed_run(runner: ScriptRunner, rerun_data: RerunData) -> None:
        started, cpu_started = time.perf_counter(), time.thread_time()
        run_script(runner, rerun_data)
        whole = time.perf_counter() - started
        line = {
            "seconds": last_line.wall - started,
            "cpu_seconds": last_line.cpu - cpu_started,
            "whole_seconds": whole,
            "fragment": bool(rerun_data.fragment_id_queue),
            "automatic": bool(rerun_data.is_auto_rerun),
        }
        with timings.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def timed_finish(runner: ScriptRunner, *args: Any, **options: Any) -> None:
        last_line.wall, last_line.cpu = time.perf_counter(), time.thread_time()
        on_finished(runner, *args, **options)

    ScriptRunner._run_script = timed_run  # type: ignore[method-assign, assignment]
    ScriptRunner._on_script_finished = timed_finish  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    time_runs(Path(os.environ[TIMINGS]))
    main(prog_name="streamlit")
