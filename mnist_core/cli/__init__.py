"""Commands of `python -m mnist_core`, one module each.

Each module provides `add_parser(subparsers)` and `run(options)`, which prints its results and returns whether all went
well. Modules import `mnist_core.training` inside `run`: `--help`, `fetch` and `show` then start without it.
"""
