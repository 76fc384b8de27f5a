"""The command-line program: errors, exit codes, helpers of all commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..outputs.writing import OutputError
from ..scenario.problems import ScenarioError

if TYPE_CHECKING:
    from ..scenario.resolve import Scenario

app = typer.Typer(
    name="rekodiq",
    help="Project-finance scenario model of the Reko Diq copper-gold mine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="A bundled name or a path to a YAML file.")]
ScenariosArgument = Annotated[
    list[str], typer.Argument(metavar="SCENARIO...", help="Bundled names or paths to YAML files.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Override any key; may be given several times.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


class UsageError(Exception):
    """Invalid usage of a command: one message, exit code 2."""


def load_scenario(name: str, settings: Sequence[str] | None = None) -> Scenario:
    """The scenario of a command, with its `--set` overrides.

    Raises:
        UsageError: for an override that is not PATH=VALUE.
        ScenarioError: with every problem found in the scenario.
    """
    from ..scenario.resolve import load

    overrides = {}
    for setting in settings or ():
        path, equals, value = setting.partition("=")
        if not equals or not path.strip():
            raise UsageError(f"--set expects PATH=VALUE, got '{setting}'")
        overrides[path.strip()] = value.strip()
    return load(name, overrides)


def print_json(document: Any) -> None:
    """One JSON document on stdout; nan and infinities become null."""
    sys.stdout.write(json.dumps(_finite(document), ensure_ascii=False) + "\n")


def note(text: str) -> None:
    """Print a remark on stderr."""
    sys.stderr.write(text + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"rekodiq {version('rekodiq')}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Project-finance scenario model of the Reko Diq copper-gold mine."""


def main() -> None:
    """Run the program; expected errors are one message on stderr and an exit code."""
    try:
        code = app(standalone_mode=False)
    except (ScenarioError, UsageError, OutputError) as error:
        note(str(error))
        code = 2
    except BrokenPipeError:  # `rekodiq lines | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        note("interrupted")
        code = 130
    except (typer.Abort, EOFError):
        code = 130
    except Exception as error:
        code = _usage(error)
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: Exception) -> int:
    """Exit code of a command-line library's error; others are raised."""
    show = getattr(error, "show", None)
    if show is None or not hasattr(error, "exit_code"):
        raise error
    show()
    return int(error.exit_code)
