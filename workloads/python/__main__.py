r"""Measures what this interpreter's threads, processes and locks cost. Takes the flags of a benchmark binary, and
writes the same JSON. Standard library only, Python 3.8 and later.

    python3 workloads/python --contend_suite=NAME --contend_delay_server=PROGRAM \
        (--benchmark_filter=RE | --contend_case=NAME) --benchmark_out=FILE
"""

import json
import os
from pathlib import Path
import platform
import re
import sys
import time

sys.path.append(str(Path(__file__).resolve().parents[1]))

from cases import cases  # noqa: E402


class Settings:
    """The flags."""

    def __init__(self, words):
        flags = dict(word.partition("=")[::2] for word in words)
        self.listing = "--contend_list" in flags
        self.suite = flags.get("--contend_suite", "Python")
        self.delay_server = flags.get("--contend_delay_server", "")
        self.case = flags.get("--contend_case", "")
        self.filter = flags.get("--benchmark_filter", "")
        self.seconds = float(flags.get("--benchmark_min_time", "0.1"))
        self.out = flags.get("--benchmark_out", "")

    def wants(self, name):
        return name == self.case if self.case else bool(re.search(self.filter, name))


def main(words):
    settings = Settings(words)
    found = cases(settings.suite)
    if settings.listing:
        json.dump(_listing(settings, found), sys.stdout, indent=1)
        return 0
    rows = [_row(case, settings) for case in found if settings.wants(case.name)]
    if not rows:
        print("no case of this name; --contend_list prints all of them", file=sys.stderr)
        return 1
    document = json.dumps({"context": _context(settings), "benchmarks": rows}, indent=1)
    if settings.out:
        Path(settings.out).write_text(document)
    else:
        print(document)
    return 1 if any(row.get("error_occurred") for row in rows) else 0


def _row(case, settings):
    row = {"name": case.name, "run_name": case.name, "run_type": "iteration", "time_unit": "ns"}
    start = time.process_time()
    try:
        operations, seconds, counters = case.measure(settings)
    except Exception as error:
        return dict(row, error_occurred=True, error_message="{}: {}".format(type(error).__name__, error))
    cpu_ns = (time.process_time() - start) * 1e9 / operations
    real_ns = seconds * 1e9 / operations
    figures = {"iterations": operations, "real_time": real_ns, "cpu_time": cpu_ns, "workers": case.workers}
    return dict(row, **figures, **counters)


def _listing(settings, found):
    version = platform.python_version()
    family = platform.python_implementation()
    subjects = [
        {"name": name, "family": family, "peer": True, "null": False, "version": version, "note": ""}
        for name in dict.fromkeys(case.subject for case in found)
    ]
    return {
        "suite": settings.suite,
        "cases": [case.listed() for case in found],
        "subjects": subjects,
        "absent": [],
    }


def _context(settings):
    return {"num_cpus": os.cpu_count(), "version:" + settings.suite: platform.python_version()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
