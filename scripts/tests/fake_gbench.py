"""Stands in for anybody's Google Benchmark program, version 1.7.1: its flags, its JSON, its habits. It misbehaves on demand.

It starts some hundred times in a test, and so imports what few need where it is needed.

The environment variable FAKE_GBENCH holds JSON: {"names": [...], "slow": {name: factor}, "behave": {name: behaviour},
"noise": standard deviation of the logarithm, "swing": a file to count in, "slow_in": the folder in which it is slow,
"fixed": {name: share of its time that extra work does not add to}}. Extra work is asked for as of bench_planted.
"""

import math
import os
import sys
import time

import small_json

PLAN = small_json.loads(os.environ.get("FAKE_GBENCH", "{}"))
FLAGS = dict(word.partition("=")[::2] for word in sys.argv[1:])
NAMES = PLAN.get("names", ["fast/64", "Map<int, char>/threads:2"])


def swing():
    """On the log scale, and on demand: up and down by the same, so far that no number of pairs decides anything."""
    if "swing" not in PLAN:
        return 0.0
    with open(PLAN["swing"], "a") as file:
        turn = file.tell()
        file.write(".")
    return (-1) ** turn * 0.4 * (1 + turn // 2 % 5)


def gauss():
    """Close to a standard normal deviate: a sum of twelve. Importing `random` takes longer than all else here."""
    return sum(int.from_bytes(os.urandom(4), "big") for _ in range(12)) / 2**32 - 6


def row(name):
    noise = PLAN.get("noise", 0.005) * gauss() + swing()
    slow = PLAN.get("slow", {}).get(name, 1.0) * (1.3 if PLAN.get("slow_in") == os.path.basename(os.getcwd()) else 1.0)
    ns = 1000 * slow * math.exp(noise) * (1 + planted(name) / 100 * (1 - PLAN.get("fixed", {}).get(name, 0.0)))
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
        time.sleep(0.2)


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
