"""Stands in for anybody's Google Benchmark program, version 1.7.1: its flags, its JSON, its habits. It misbehaves on demand.

It starts some hundred times in a test, and so imports what few need where it is needed.

The environment variable FAKE_GBENCH holds JSON: {"names": [...], "slow": {name: factor}, "behave": {name: behaviour},
"noise": standard deviation of the logarithm, "swing": true, "slow_in": the folder in which it is slow,
"fixed": {name: share of its time that extra work does not add to}}. Extra work is asked for as of bench_planted.

Its noise has no chance in it: the n-th start of a benchmark gives the same figure in every run of a test. Another
FAKE_GBENCH_SALT gives other figures, with which all tests must pass as well.
"""

import math
import os
import sys
import time
import zlib

import small_json

PLAN = small_json.loads(os.environ.get("FAKE_GBENCH", "{}"))
FLAGS = dict(word.partition("=")[::2] for word in sys.argv[1:])
NAMES = PLAN.get("names", ["fast/64", "Map<int, char>/threads:2"])
STARTS = ".starts"  # in its folder, a line for each


def starts_before(what):
    """How often this was started. None at the same time is the same: each writes a file of its own."""
    try:
        with open(STARTS, "a+") as file:
            file.seek(0)
            count = file.read().split("\n").count(what)
            file.write(f"{what}\n")
    except OSError:
        return 0
    return count


def noise(name):
    """On the log scale. Evenly spread, and so never more than 1.8 standard deviations. On demand up and down by the same,
    so far that no number of pairs decides anything."""
    what = f"{name} {os.path.basename(FLAGS['--benchmark_out'])}"
    turn = starts_before(what)
    text = f"{os.environ.get('FAKE_GBENCH_SALT', '')} {os.path.basename(os.getcwd())} {what} {turn}"
    share = zlib.crc32(text.encode()) * 2654435761 % 2**32 / 2**32
    swing = (-1) ** turn * 0.4 * (1 + turn // 2 % 5) if "swing" in PLAN else 0.0
    return PLAN.get("noise", 0.005) * math.sqrt(12) * (share - 0.5) + swing


def row(name):
    slow = PLAN.get("slow", {}).get(name, 1.0) * (1.3 if PLAN.get("slow_in") == os.path.basename(os.getcwd()) else 1.0)
    ns = 1000 * slow * math.exp(noise(name)) * (1 + planted(name) / 100 * (1 - PLAN.get("fixed", {}).get(name, 0.0)))
    return dict(
        name=name, family_index=0, per_family_instance_index=0, run_name=name, run_type="iteration", repetitions=1,
        repetition_index=0, threads=1, iterations=1000, real_time=ns, cpu_time=ns, time_unit="ns",
    )  # fmt: skip


def planted(name):
    plant = os.environ.get("CONTEND_PLANT_CONTENDED" if "threads:" in name else "CONTEND_PLANT", "0")
    if "=" in plant:
        plant = dict(entry.rpartition("=")[::2] for entry in plant.split(";"))[name]
    return int(plant)


def behave(how, name, document):
    if how == "crash":
        print("about to crash", file=sys.stderr, flush=True)
        import signal

        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "hang":
        time.sleep(600)
    elif how == "error_row":
        document["benchmarks"] = [row(name) | dict(error_occurred=True, error_message="the sum is wrong")]
    elif how == "exit":
        print("no licence", file=sys.stderr)
        sys.exit(7)
    elif how == "truncated":
        with open(FLAGS["--benchmark_out"], "w") as file:
            file.write(small_json.dumps(document)[:-40])
        sys.exit(0)
    elif how == "silent":
        sys.exit(0)
    elif how == "zero":
        document["benchmarks"] = [row(name) | dict(real_time=0.0, cpu_time=0.0)]
    elif how == "rebuilt":
        with open(PLAN["file"], "a") as file:
            file.write("\n")
    elif how == "slow_start":
        time.sleep(1)


def is_chosen(name):
    pattern = FLAGS["--benchmark_filter"]
    if "\\" not in pattern and pattern[0] + pattern[-1] == "^$":
        return pattern[1:-1] == name
    import re

    return re.search(pattern, name)


def main():
    if "--benchmark_list_tests" in FLAGS:
        print("\n".join(NAMES))
        return
    chosen = [name for name in NAMES if is_chosen(name)]
    if not chosen:
        return  # as 1.7.1 does: exit 0, and no file
    assert len(chosen) == 1, chosen
    measured = row(chosen[0])
    aggregate = measured | dict(name=chosen[0] + "_mean", run_type="aggregate", aggregate_name="mean", real_time=1e9)
    document = dict(context=dict(host_name="host"), benchmarks=[measured, aggregate])
    behave(PLAN.get("behave", {}).get(chosen[0], ""), chosen[0], document)
    with open(FLAGS["--benchmark_out"], "w") as file:
        file.write(small_json.dumps(document))
