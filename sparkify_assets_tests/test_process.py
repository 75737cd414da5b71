"""How a process that loads treats its memory."""

import os
import platform
import subprocess
import sys
import textwrap

import pytest

from sparkify_assets.process import ALLOCATOR, NEW_OBJECTS

SEEN_BY_POLARS = """
    import importlib, os, sys

    class Watch:
        def find_spec(self, name, path=None, target=None):
            if name == "polars":
                print(os.environ.get("_RJEM_MALLOC_CONF"))

    sys.meta_path.insert(0, Watch())
    importlib.import_module(sys.argv[1])
"""


# What Dagster loads: the code, and what dagster.yaml names.
@pytest.mark.parametrize(
    "entry_point", [f"sparkify_assets.{name}" for name in ("definitions", "all_definitions", "defs.storage")]
)
@pytest.mark.parametrize(("given", "expected"), [({}, ALLOCATOR), ({"_RJEM_MALLOC_CONF": "narenas:1"}, "narenas:1")])
def test_allocator_is_told_before_polars_is_loaded_and_the_user_has_the_last_word(
    given: dict[str, str], expected: str, entry_point: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SEEN_BY_POLARS), entry_point],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, **given},
    )

    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")
def test_memory_of_one_block_serves_for_the_next() -> None:
    program = """
        import resource
        from sparkify_assets import process

        def pages() -> int:
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

        for turn in range(20):
            if turn == 1:
                before = pages()
            blocks = [b"y" * 2**22 for _ in range(8)]
            del blocks
        print((pages() - before) * resource.getpagesize() // 2**20)
    """

    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 19 * 8 * 4 / 10  # MiB that were fresh, of those that were asked for


def test_garbage_is_looked_for_among_many_new_objects() -> None:
    program = "import gc, sparkify_assets.definitions; print(gc.get_threshold()[0], gc.isenabled())"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == f"{NEW_OBJECTS} True\n"


def test_process_that_ends_quickly_keeps_its_result_and_its_other_endings() -> None:
    program = (
        "import atexit, sys; from sparkify_assets import process; atexit.register(print, 'after'); "
        "process.end_quickly(); atexit.register(print, 'before'); print('result'); sys.exit(3)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (3, "result\nbefore\nafter\n", "")
