"""Stands in for a benchmark binary: takes its flags, writes its JSON, and misbehaves on demand.

The environment variable CONTEND_FAKE holds JSON: {"list": [...subjects], "behave": {part of case names: behaviour}}.
The name of the file it is installed as says the suite (bench_lock). It starts some hundred times in a test, and so imports
what few need where it is needed.
"""

import os
import sys
import time

import small_json

SUITE = os.path.basename(sys.argv[0]).removeprefix("bench_")
PLAN = small_json.loads(os.environ.get("CONTEND_FAKE", "{}"))
FLAGS = dict(word.partition("=")[::2] for word in sys.argv[1:])
SPEED = {"Lock": 20.0, "SpinLock": 10.0, "std::mutex": 25.0}


def cases():
    workers = FLAGS.get("--contend_workers", "1,2").replace("max", str(len(os.sched_getaffinity(0))))
    for subject in PLAN.get("subjects", SPEED):
        for count in map(int, workers.split(",")):
            name = f"{SUITE}/sections/{subject}/team:threads/workers:{count}/cs_ns:50"
            yield dict(
                name=name, suite=SUITE, workload="sections", subject=subject, team="threads", workers=count,
                args={"cs_ns": 50}, oversubscribed=count > 2, quick=True, rounds=1,
            )  # fmt: skip


def listing():
    subjects = [
        dict(name=name, family="contend", peer="::" in name, null=False, version="0.1.0", note="")
        for name in PLAN.get("subjects", SPEED)
    ]
    return dict(
        suite=SUITE, cases=list(cases()), subjects=subjects, absent=[dict(family="Abseil", why="not found")]
    )


def write(row):
    unit = FLAGS.get("--contend_unit_ns", "1.25")
    context = dict(
        date="2020-01-01", host_name=os.uname().nodename, executable=sys.argv[0], num_cpus=2, library_build_type="debug",
        contend_version="0.1.0", compiler="fake", flags="-O2", build_type="Release", unit_ns=unit,
        cpus=",".join(map(str, sorted(os.sched_getaffinity(0)))),
    )  # fmt: skip
    with open(FLAGS["--benchmark_out"], "w") as file:
        file.write(small_json.dumps({"context": context, "benchmarks": [row]}))


def row_of(case):
    run_name = case["name"] + "/process_time/manual_time"
    time_ns = SPEED[case["subject"]] * case["workers"]
    return dict(
        name=run_name, run_name=run_name, run_type="iteration", repetitions=1, repetition_index=0, threads=1,
        iterations=1000, real_time=time_ns, cpu_time=time_ns, time_unit="ns", workers=case["workers"],
        jain=1.0, share_0=1.0, longest_gap_ns=float("inf"),
    )  # fmt: skip


def orphan(*, own_session):
    """A process that outlives us; its id goes to a file that the test reads."""
    import subprocess  # half of what this program takes to start, and few tests need it

    child = subprocess.Popen(
        [sys.executable, "-ISc", "import time; time.sleep(600)"], start_new_session=own_session
    )
    with open(PLAN["pids"], "a") as file:
        file.write(f"{child.pid}\n")


def behave(how, case):
    if how == "crash":
        print("about to crash", file=sys.stderr, flush=True)
        import signal

        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "hang":
        orphan(own_session=False)
        orphan(own_session=True)
        time.sleep(600)
    elif how == "orphan":
        orphan(own_session=True)
    elif how == "error_row":
        write(row_of(case) | dict(error_occurred=True, error_message="counter is 41, expected 42"))
        sys.exit(1)
    elif how == "broken_json":
        with open(FLAGS["--benchmark_out"], "w") as file:
            file.write('{"context": {')
        sys.exit(0)
    elif how == "exit":
        print("cannot open the arena", file=sys.stderr)
        sys.exit(7)
    elif how == "nan":
        write(row_of(case) | dict(real_time=float("nan")))
        sys.exit(0)
    elif how == "unstable":
        import re

        even = re.search(r"/r\d*[02468]-", FLAGS["--benchmark_out"])
        write(row_of(case) | dict(real_time=10.0 if even else 20.0))
        sys.exit(0)
    elif how == "slow":
        time.sleep(0.1)
    elif how == "stops":  # the third that is measured, and all after it
        if len(os.listdir(os.path.dirname(FLAGS["--benchmark_out"]))) >= 2:
            time.sleep(600)


def main():
    if FLAGS.get("--contend_placement", "compact") not in ("compact", "scatter", "smt", "none"):
        sys.exit(2)
    if "--benchmark_bogus" in FLAGS:
        print(f"{sys.argv[0]}: error: unrecognized command-line flag: --benchmark_bogus", file=sys.stderr)
        sys.exit(2)
    if "--contend_list" in FLAGS:
        if PLAN.get("broken_list"):
            print("no JSON")
            return
        print(small_json.dumps(listing()))
        return
    print("***WARNING*** Library was built as DEBUG. Timings may be affected.", file=sys.stderr, flush=True)
    chosen = [case for case in cases() if case["name"] == FLAGS["--contend_case"]]
    if len(chosen) != 1:
        print(f"{len(chosen)} cases of this name", file=sys.stderr)
        sys.exit(1)
    case = chosen[0]
    for part, how in PLAN.get("behave", {}).items():
        if part in case["name"]:
            behave(how, case)
    write(row_of(case))
