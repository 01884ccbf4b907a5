"""The command line: the same use cases as the pages, without a browser. `python -m al_core --help`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import NoReturn

from al_core import cli, cli_certify
from al_core.embedders import EMBEDDERS
from al_core.errors import ActiveLearnersError, InvalidInput
from al_core.workflow.files import typed_path
from al_core.workflow.queues import QUEUES
from al_core.workflow.workspace import Workspace, workspace_folder

MISTAKE, INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as all other mistakes do."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{message}. See: {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 0, 2 after one clear line about a person's mistake, 130 when interrupted."""
    _print_any_text()
    options = _parser().parse_args(arguments)
    try:
        _check_text(options)
        with closing(_opened(options.workspace)) as workspace:
            for line in options.command(workspace, options):
                print(line, flush=True)
    except ActiveLearnersError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        print("Interrupted. Finished results are kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _print_any_text() -> None:
    """Let a terminal that cannot show some character show its code instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _check_text(options: argparse.Namespace) -> None:
    """Raise InvalidInput for an argument of bytes that are no text: it could be stored nowhere."""
    for name, value in vars(options).items():
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidInput(f"The argument {name} is not readable as text: {value!r}.", "Give it as UTF-8.")


def _opened(named: str | None) -> Workspace:
    folder = workspace_folder(str(typed_path(named)) if named is not None else None)
    try:
        return Workspace(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInput(f"The workspace {folder} cannot be used: {reason}.", "Choose another folder.") from error


# --- arguments


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m al_core", description=__doc__)
    commands = parser.add_subparsers(parser_class=_Parser, required=True, metavar="COMMAND", dest="command_name")
    shared = _Parser(add_help=False)
    shared.add_argument("--workspace", help="the workspace folder (default: AL_WORKSPACE, else data/workspace)")
    in_project = _Parser(add_help=False, parents=[shared])
    in_project.add_argument("--project", required=True, help="the project's name")

    def add(name: str, command: cli.Command, text: str, parent: _Parser) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text, parents=[parent])
        one.set_defaults(command=command)
        return one

    _import_arguments(
        add("import", cli.import_records, "Import records, with labels where they have some.", in_project)
    )
    one = add("embed", cli.embed_texts, "Compute the missing vectors of a project.", in_project)
    one.add_argument("--model", default="", help=f"one of {', '.join(EMBEDDERS.names())}, or a folder")
    text = "Add a heuristic from a Python file, or a new version of it."
    _heuristic_arguments(add("heuristic", cli.add_heuristic, text, in_project))
    one = add("run", cli.run, "Run heuristics and wait for them.", in_project)
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every heuristic that is on")
    which.add_argument("--name", help="the heuristics of this name")
    one = add("evaluate", cli.evaluate, "Show how good the heuristics are at their thresholds.", in_project)
    one.add_argument("--json", action="store_true", help="a list of figures")
    text = "Certify the lowest threshold that keeps a promise; each look at the labels is paid for."
    cli_certify.add_arguments(add("certify", cli_certify.certify_heuristics, text, in_project))
    one = add("export", cli.export_records, "Write all records with labels and predictions.", in_project)
    one.add_argument("file", metavar="FILE", help="ends in .csv or .jsonl")
    _simulate_arguments(add("simulate", cli.simulate_answers, "Give answers from hidden labels.", in_project))
    add("projects", cli.list_projects, "List the projects.", shared)
    add("doctor", cli.doctor, "Say what works on this computer.", shared)
    add("demo", cli.demo, "Fill an empty workspace with a project that has answers and heuristics.", shared)
    return parser


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--text", required=True, metavar="COLUMN", help="the column with the text")
    parser.add_argument(
        "--id", metavar="COLUMN", help="the column with the ids (default: guessed, else the text's hash)"
    )
    parser.add_argument("--label", metavar="COLUMN", help="the column with one label per record")
    parser.add_argument("--spans", metavar="COLUMN", help="the column with a list of {start, end, label} per record")
    parser.add_argument("--task", help="the task that the labels go to (default: the column's name)")
    parser.add_argument(
        "--labels", choices=("answers", "hidden"), help="what to do with them (default: answers; hidden: for simulate)"
    )
    parser.add_argument(
        "--drawn",
        choices=("all", "random", "chosen", "unknown"),
        help="how the labelled rows were chosen: all rows, a random part, by somebody (default: unknown)",
    )


def _heuristic_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add",))
    parser.add_argument("file", metavar="FILE", help="Python source")
    parser.add_argument("--task", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--embedding", default="", help="for code that names none (default: the newest)")


def _simulate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", required=True)
    parser.add_argument("--n", type=int, required=True, help="how many answers, at most")
    parser.add_argument("--strategy", default="smart", help=f"one of {', '.join(QUEUES).lower()}")
    parser.add_argument("--seed", type=int, help="draw the same records again")


if __name__ == "__main__":
    sys.exit(main())
