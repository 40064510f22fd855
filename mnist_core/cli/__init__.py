"""Commands of `python -m mnist_core`, one module each.

Each module provides `add_parser(subparsers)` and `run(options)`. `run` prints the results and returns whether the
command succeeded. It imports `mnist_core.training` when it is called: `--help`, `fetch` and `show` do not load it.
"""
