"""`contend report` on what is broken or not whole: a page or a message that says what is missing, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from contendlib import cli
import pytest
from report_pages import small
from synthetic_results import write_run

Prepare = Callable[[Path], Any]


# Of each kind one: fair, unfair, shared by readers, unstable, null, recursive.
SUBJECTS = ("Lock", "TicketLock", "std::mutex", "tbb::spin_mutex", "absl::Mutex", "null", "RLock", "std::recursive_mutex")


def run_of(folder: Path, **options: Any) -> Path:
    defaults = {"repetitions": 3, "suites": ("lock",), "workers": [1, 2, 4], "subjects": SUBJECTS}
    return write_run(folder, **defaults | options)


def without_summary(folder: Path, **options: Any) -> Path:
    (run_of(folder, **options) / "summary.json").unlink()
    return folder


def changed(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    (folder / name).write_text(json.dumps(change(json.loads((folder / name).read_text()))))


def cut_samples(folder: Path) -> None:
    samples = without_summary(folder) / "samples.jsonl"
    samples.write_bytes(samples.read_bytes()[:-50])


def failing_samples(folder: Path) -> None:
    samples = without_summary(folder) / "samples.jsonl"
    lines = [json.loads(line) for line in samples.read_text().splitlines()]
    for line in lines:
        if line["subject"] == "TicketLock":
            line |= {"status": "crashed", "error": "signal 11", "real_time_ns": None, "counters": {}}
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))


def missing_cases(folder: Path) -> None:
    run_of(folder)
    changed(folder, "summary.json", lambda s: s | {"cases": s["cases"][::7]})


def wrong_types(folder: Path) -> None:
    run_of(folder)
    junk = [None, 3, {"case": "lock/sections/X", "args": 7, "counters": [], "median_ns": "fast", "n": None}]
    changed(folder, "summary.json", lambda s: s | {"cases": junk + s["cases"], "subjects": "?", "absent": {}})
    changed(folder, "machine.json", lambda m: m | {"cpus": "many", "caches": 3, "noise": [], "warnings": 7})


PAGES: list[tuple[Prepare, list[str]]] = [
    (cut_samples, ["Decision table", "the last line of samples.jsonl is cut off and left out"]),
    (failing_samples, ["cases failed: shown as failed, and ranked nowhere", "crashed: signal 11"]),
    (missing_cases, ["not measured in this run"]),
    (wrong_types, ["Decision table"]),
    (lambda d: run_of(d, workers=[1]), ["<summary>not measured in this run</summary><code>./scripts/contend run lock --full"]),
    (lambda d: run_of(d, workers=[4]), ["not estimable", "oversubscribed"]),
    (lambda d: run_of(d, cpus=1, workers=[1]), ["not possible with 1 CPU"]),
]


@pytest.mark.parametrize(("prepare", "words"), PAGES)
def test_a_run_that_is_not_whole_is_a_page_that_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], prepare: Prepare, words: list[str]
) -> None:
    prepare(tmp_path / "run")
    assert cli.main(["report", str(tmp_path / "run"), "-o", str(tmp_path / "page.html")]) == 0, capfd.readouterr().err
    page = (tmp_path / "page.html").read_text()
    for text in words:
        assert text in page


def older_manifest(folder: Path) -> None:
    without_summary(folder)
    changed(folder, "manifest.json", lambda m: {"schema": 0, "started": m["started"]})


def older_samples(folder: Path) -> None:
    (without_summary(folder) / "samples.jsonl").write_text('{"name": "x", "time": 3}\n')


MESSAGES: list[tuple[Prepare, str]] = [
    (lambda d: None, "no such run"),
    (lambda d: d.mkdir(), "is no run of ours: it has no manifest.json"),
    (older_manifest, "manifest.json was written by another version: it lacks 'options'"),
    (older_samples, "a line is no sample"),
    (lambda d: changed(run_of(d), "summary.json", lambda s: s | {"schema": 0}), "schema 0, and this version reads"),
    (lambda d: changed(run_of(d), "summary.json", lambda s: s | {"cases": []}), "holds no case"),
    (lambda d: (without_summary(d) / "samples.jsonl").write_text(""), "holds no sample yet"),
    (lambda d: d.write_text("a file"), "no such run"),
]


@pytest.mark.parametrize(("prepare", "message"), MESSAGES)
def test_a_folder_that_holds_no_run_is_one_message(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], prepare: Prepare, message: str
) -> None:
    prepare(tmp_path / "run")
    assert cli.main(["report", str(tmp_path / "run")]) in (1, 2)
    out, err = capfd.readouterr()
    assert message in err and "Traceback" not in err and "internal error" not in err
    assert out == "" and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["summary.json", "samples.jsonl"])
def test_what_may_not_be_read_is_one_message(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file that refuses stands for one of somebody else: these tests may run as root, who may read all."""
    folder = run_of(tmp_path / "run")
    unhindered = Path.open

    def refusing(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return unhindered(path, *args, **options)

    monkeypatch.setattr(Path, "open", refusing)
    monkeypatch.setattr(Path, "read_text", lambda path, **options: refusing(path, "r", **options).read())
    assert cli.main(["report", str(folder)]) == 1
    err = capfd.readouterr().err
    assert "Permission denied" in err and name in err and "internal error" not in err


def test_a_disk_that_is_full_leaves_the_page_that_was_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small(tmp_path / "run")
    (folder / "report.html").write_text("the page that was there")
    unhindered = Path.write_text

    def filling(path: Path, text: str, **options: Any) -> int:
        if "report.html" not in path.name:
            return unhindered(path, text, **options)
        unhindered(path, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", filling)
    assert cli.main(["report", str(folder)]) == 1
    assert "report.html: cannot be written: No space left on device" in capfd.readouterr().err
    assert (folder / "report.html").read_text() == "the page that was there"
    assert [path.name for path in folder.iterdir() if path.name.endswith(".new")] == []
