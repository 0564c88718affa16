"""`contend gate` as users meet it: verdicts, exit codes, files."""

from pathlib import Path

from gate_bench import FAST, MAP, GateBench, install_fake
import pytest


def test_equal_programs_pass(gate: GateBench) -> None:
    copies = [f"{flag}={gate.out / name}" for flag, name in (("--json", "x.json"), ("--junit", "x.xml"), ("--md", "x.md"))]
    result = gate.run(*copies, drawn=True)
    assert result.returncode == 0, result.stderr
    assert "PASS: 2 pass" in result.stdout
    assert gate.verdicts() == {FAST: "pass", MAP: "pass"}
    assert [row["pairs"] for row in gate.document()["rows"]] == [16, 16] and len(gate.pairs()) >= 20
    assert (gate.out / "x.json").read_text() == (gate.out / "gate.json").read_text()
    assert "PASS: 2 pass" in (gate.out / "x.md").read_text() and (gate.out / "x.xml").exists()
    assert (gate.out / "forest.svg").exists() and (gate.out / "forest.png").exists()
    metrics = {row["benchmark"].partition(":")[2]: row["metric"] for row in gate.document()["rows"]}
    assert metrics == {FAST: "cpu", MAP: "wall"}


def test_a_slowdown_is_confirmed_and_exits_with_3(gate: GateBench) -> None:
    gate.head_plan = {"slow": {MAP: 1.08}}
    result = gate.run(drawn=True)
    assert result.returncode == 3, result.stderr
    assert gate.verdicts() == {FAST: "pass", MAP: "fail"}
    worst = gate.document()["rows"][1]
    assert worst["low"] > 1.0 and 1.05 < worst["ratio"] < 1.11
    assert worst["pairs"] == 16 and worst["screened"] == 16, "figures of a failure are of its fresh pairs"
    assert gate.junit().get("failures") == "1"
    assert (gate.out / "gate.md").read_text().index("FAIL |") < (gate.out / "gate.md").read_text().index("| PASS |")


def test_a_speed_up_passes(gate: GateBench) -> None:
    gate.head_plan = {"slow": {MAP: 0.8}}
    assert gate.run("--filter", "Map").returncode == 0
    assert gate.document()["rows"][0]["ratio"] == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("choice", "code"), [("report", 4), ("pass", 0), ("fail", 3)])
def test_noise_is_inconclusive_and_the_user_says_what_that_means(gate: GateBench, choice: str, code: int) -> None:
    gate.base_plan = {"names": [FAST]}
    gate.head_plan = {"names": [FAST], "swing": True}
    result = gate.run("--budget", "2", "--inconclusive", choice, drawn=choice == "report")  # the last of two budgets counts
    assert result.returncode == code, result.stdout
    assert "INCONCLUSIVE: 1 inconclusive" in result.stdout
    assert gate.junit().get("skipped") == "1"


def test_a_set_chooses_benchmarks_metrics_and_effects(gate: GateBench, tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text('[[benchmark]]\nmatch = "^Map"\nmetric = "cpu"\nmin_effect = "30%"\n[[benchmark]]\nmatch = "^Gone"\n')
    gate.head_plan = {"slow": {MAP: 1.1}}
    result = gate.run("--set", str(path))
    assert result.returncode == 0, result.stdout
    assert "'^Gone' is found in no benchmark of base" in result.stderr
    (row,) = gate.document()["rows"]
    assert (row["metric"], row["min_effect"]) == ("cpu", pytest.approx(0.3))


def test_folders_are_searched_for_programs(gate: GateBench, tmp_path: Path) -> None:
    install_fake(tmp_path / "new" / "deep" / "set_benchmark")
    install_fake(tmp_path / "old tree" / "set_benchmark")
    (tmp_path / "new" / "bench_notes.txt").write_text("not executable")
    gate.base, gate.head = tmp_path / "old tree", tmp_path / "new"
    result = gate.run("--filter", "fast")
    assert result.returncode == 0, result.stderr
    assert {row["benchmark"] for row in gate.document()["rows"]} == {f"bench_map:{FAST}", f"set_benchmark:{FAST}"}
    gate.base = tmp_path / "out"
    assert "holds no benchmark program" in gate.run().stderr
