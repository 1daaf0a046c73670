"""The command line: one verb a job; a user's mistake is one line on stderr and exit code 2."""

import argparse
import importlib
import logging
import os
import sys
from pathlib import Path

from ncdesktop.errors import InputError, NCDesktopError

__all__ = ["main"]

VERBS = {
    "run": "open the window on a dream (the default)",
    "demo": "play scripted tours in the dream for an audience",
    "serve": "show the dream in browsers, on this machine or others",
    "console": "drive the emulator without a window, line by line",
    "render": "dream without a window: actions or a session in; video, pictures or session out",
    "record": "record sessions of a real XFCE4 desktop",
    "import": "turn videos and action logs of the NeuralComputer data engine into sessions",
    "info": "tell what is in sessions",
    "compare": "feed a session's input to the real desktop and to the dream, side by side",
    "train": "train a model on sessions",
    "evaluate": "measure a model on sessions that it has not trained on",
    "probe": "try tasks in the dream and judge them on pixels and text",
    "bench": "time the model, stage by stage",
}
LOG_LEVELS = ("debug", "info", "warning", "error")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        print(f"ncdesktop: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def main(argv: list[str] | None = None) -> int:
    """Run the verb that `argv` (default: the process's arguments) names; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that spin make a busy machine unusable
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help")):
        argv = ["run", *argv]
    top = _Parser(
        prog="ncdesktop", description="A desktop that no operating system runs: a neural network dreams it."
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for verb, words in VERBS.items():
        parser = verbs.add_parser(verb, help=words, description=words[0].upper() + words[1:] + ".")
        if verb == argv[0]:  # the others' modules stay unread, so that --help answers fast
            module = importlib.import_module(f"ncdesktop.verbs.{'import_' if verb == 'import' else verb}")
            module.add_arguments(parser)
            parser.set_defaults(run=module.run)
            parser.add_argument(
                "--log-level", choices=LOG_LEVELS, default="warning", help="what is told on stderr"
            )
    arguments = top.parse_args(argv)
    logging.basicConfig(level=arguments.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    try:
        _check_paths(arguments)
        return arguments.run(arguments) or 0
    except NCDesktopError as error:
        print(f"ncdesktop: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _check_paths(arguments: argparse.Namespace) -> None:
    """Raise InputError for a path that nothing can have, so that no verb needs to ask before it asks what is there."""
    for value in vars(arguments).values():
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, Path):
                try:
                    path.lstat()
                except (FileNotFoundError, NotADirectoryError):
                    pass  # it may be made, or whoever opens it says so
                except OSError as error:
                    shown = path if len(str(path)) < 100 else f"{str(path)[:60]}...{str(path)[-20:]}"
                    raise InputError(f"{shown}: {error.strerror}; choose another path") from error


if __name__ == "__main__":
    sys.exit(main())
