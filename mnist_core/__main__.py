"""Command line of the project: `python -m mnist_core COMMAND`. `--help` lists the commands."""

import argparse
import signal
import sys
from collections.abc import Sequence

from mnist_core.base.errors import MnistCoreError
from mnist_core.cli import (
    claims,
    curve,
    cv,
    delete,
    fetch,
    rename,
    robustness,
    seeds,
    show,
    train,
    tune,
    verify,
)
from mnist_core.cli.arguments import UsageError
from mnist_core.cli.reporting import print_error

DONE, FAILED = 0, 1
COMMANDS = (fetch, train, cv, tune, curve, seeds, robustness, claims, show, verify, rename, delete)


def build_parser() -> argparse.ArgumentParser:
    """Return a parser whose options have the command's function as `run`."""
    parser = argparse.ArgumentParser(
        prog="python -m mnist_core", description="Train, evaluate and compare classifiers of handwritten digits."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 if it succeeded, 1 if it failed or was interrupted.

    Wrong arguments exit with status 2.
    """
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        return DONE if options.run(options) else FAILED
    except UsageError as error:
        parser.error(str(error))
    except MnistCoreError as error:
        print_error(error)
    except OSError as error:
        print_error(
            f"Cannot read or write a file: {error}. Free disk space or grant access, and run the command again."
        )
    except KeyboardInterrupt:
        print_error("\nInterrupted. Finished runs are kept; no partial run was written.")
    return FAILED


if __name__ == "__main__":
    status = main()
    # The command has finished: a late SIGTERM must not change its exit status.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(status)
