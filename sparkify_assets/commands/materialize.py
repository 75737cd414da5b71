"""Run `dagster asset materialize` and show of its long log what people want to see; the log itself is kept."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sparkify_assets.commands.surroundings import DAGSTER
from sparkify_assets.settings import Settings

STEP_END = re.compile(r" - (?P<step>\w+) - STEP_SUCCESS - .* in (?P<duration>[^ ]+)\.$")
STEP_FAILED = re.compile(r" - (?P<steps>\w+) - STEP_FAILURE - ")
# What a step logs reaches us by way of a file that Dagster follows; on a busy machine it may stop before the last line.
RUN_FAILED = re.compile(r" - RUN_FAILURE - .* Steps failed: \[(?P<steps>.+)\]\.$")
SENTENCE = re.compile(r" - dagster - (?P<level>WARNING|ERROR) - \S+ - \S+ - (?:\d+ - )?(?P<step>\w+) - (?P<text>.+)$")
# A sentence of Dagster's that follows from the failure of another step says nothing new.
CONSEQUENCE = re.compile(r"Dependencies for step \w+ (failed|were)|^Execution of run for")
# What Dagster's command itself has to say, such as that its storage can't be used.
COMMAND_ERROR = re.compile(r"^Error: (?P<text>(?!Materialization failed).+)$")
# Dagster's wrappers of an error say only where it was met, which the name of the step does too.
CAUSE = re.compile(
    r"^(?!dagster\._core\.errors\.Dagster(?:Execution|UserCode))"
    r"(?P<error>[a-z_][\w.]*\.[A-Z]\w*|[A-Z]\w*(?:Error|Exception)): (?P<text>.+)$"
)
STEP_WIDTH = 18  # characters: the longest name of a step
LONGEST_LINE = 600  # characters: long lists are for the log


@dataclass(frozen=True)
class Done:
    """How the command has ended.

    Attributes:
        code: its exit code; below zero: minus the signal that has ended it.
        duration: how long it took, in words.
        log: where its whole log is.
        told: what was shown of errors.
    """

    code: int
    duration: str
    log: Path
    told: Sequence[str]

    @property
    def how(self) -> str:
        """How it has failed."""
        return f"ended by signal {-self.code}" if self.code < 0 else f"exit code {self.code}"

    @property
    def where(self) -> str:
        """Where the reason of its failure stands, and where nothing was shown of it, how its log ends."""
        if self.told:
            return f"what went wrong stands above and in {shown(self.log)}"
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        last = f"; its last line: {lines[-1].strip()[:LONGEST_LINE]}" if lines else ""
        return f"what went wrong is in {shown(self.log)}{last}"


def new_log(settings: Settings, name: str) -> Path:
    """Return where the full log of a command goes that begins now, in a folder that exists."""
    log = settings.state / "logs" / f"{name}-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return log


def materialize(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Done:
    """Materialize, with a line for each step that ends; the full log is added to the file."""
    started = time.monotonic()
    told: list[str] = []
    with log.open("a") as file:
        process = subprocess.Popen(
            [*DAGSTER, "asset", "materialize", *arguments],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        try:
            for line in progress(process.stdout, file, told):
                print(line, flush=True)
        except KeyboardInterrupt:
            process.wait()  # Ctrl-C has reached Dagster's process too
            raise
        code = process.wait()
    return Done(code, f"{time.monotonic() - started:.1f} s", log, told)


def progress(lines: IO[str], log: IO[str], told: list[str]) -> Iterator[str]:
    """Copy Dagster's log to the file and give what people want to see of it, each sentence once.

    What is given of errors is added to `told`.
    """
    failed: set[str] = set()
    for line in lines:
        log.write(line)
        text = line.rstrip("\n")
        if match := STEP_END.search(text):
            yield f"  done    {match['step']:<{STEP_WIDTH}} {match['duration']:>8}"
        elif match := STEP_FAILED.search(text) or RUN_FAILED.search(text):
            named = re.findall(r"\w+", match["steps"])
            yield from (f"  FAILED  {step}" for step in named if step not in failed)
            failed.update(named)
        elif (match := SENTENCE.search(text)) and not CONSEQUENCE.search(match["text"]):
            if match["level"] == "ERROR":
                told.append(match["text"])
            yield f"  {match['level'].lower():<7} {match['step']}: {_cut(match['text'])}"
        elif match := COMMAND_ERROR.match(text):
            told.append(match["text"])
            yield f"  error   {match['text']}"
        elif (match := CAUSE.match(text)) and not any(match["text"] in earlier for earlier in told):
            told.append(match["text"])
            yield f"  error   {match['error'].rpartition('.')[2]}: {match['text']}"


def shown(path: Path) -> str:
    """Return the path as people in the current folder would write it."""
    current = Path.cwd()
    return str(path.relative_to(current)) if path.is_relative_to(current) else str(path)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]} … (all of it is in the log)"
