"""The launcher and the installation of packages, with stand-ins for dpkg-query, apt-get and sudo on PATH."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import os
from pathlib import Path
import resource
import shutil
import subprocess
import sys
import tempfile

from conftest import SCRIPTS
import pytest

_TOOLS = ("bash", "grep", "env", "tail", "sed", "mktemp", "rm", "dirname", "readlink", "cat", "id")


@dataclass
class System:
    """A PATH that has only what is put there, and a copy of the scripts in a folder with a space."""

    bin: Path
    scripts: Path
    log: Path

    def add(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": str(self.bin), "HOME": "/", "TMPDIR": str(self.bin), **environment}
        return subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            env=variables,
            capture_output=True,
            text=True,
            cwd="/",
            timeout=200,
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users may enter. Not pytest's, which closes the folder above it whenever it starts."""
    with tempfile.TemporaryDirectory(prefix="contend-install-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def system(folder: Path) -> System:
    """Debian with no package of ours, an apt-get that succeeds, root."""
    scripts = folder / "my checkout" / "scripts"
    scripts.mkdir(parents=True)
    for name in ("contend", "find-python", "install-packages", "packages.txt"):
        shutil.copy2(SCRIPTS / name, scripts / name)
    (scripts / "contendlib").mkdir()
    (scripts / "contendlib" / "__main__.py").write_text("import sys; print('started', *sys.argv[1:])")
    found = System(folder / "bin", scripts, folder / "apt.log")
    found.bin.mkdir()
    for tool in _TOOLS:
        (found.bin / tool).symlink_to(shutil.which(tool) or tool)
    found.add("dpkg-query", "exit 1")
    found.add("apt-get", f'echo "$*" >> "{found.log}"')
    return found


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="what root does")


def _installed(system: System, *packages: str) -> None:
    names = " ".join(f"{name}:installed" for name in packages)
    system.add("dpkg-query", f'echo "{names} "')


def _packages(group: str) -> list[str]:
    lines = (SCRIPTS / "packages.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith(f"{group} ")]


def test_nothing_missing_is_quick_and_silent(system: System) -> None:
    _installed(system, *_packages("required"), *_packages("peer"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = system.run("install-packages", "required", "peer")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5  # in truth some 20 ms
    assert not system.calls()


@needs_root
def test_root_installs_what_is_missing_then_the_peers_one_by_one(system: System) -> None:
    _installed(system, "g++", "cmake")
    result = system.run("install-packages", "required", "peer")
    assert result.returncode == 0, result.stderr
    update, install, *peers = system.calls()
    assert update.endswith("update")
    assert "--no-install-recommends" in install and "ninja-build" in install
    assert " g++" not in install and "libgtest-dev" not in install
    assert [call.split()[-1] for call in peers] == _packages("peer")


@needs_root
def test_tests_need_more(system: System) -> None:
    system.run("install-packages", "required", "test")
    assert all(package in system.calls()[1] for package in _packages("test"))


@needs_root
def test_a_peer_that_cannot_be_installed_is_a_note(system: System) -> None:
    system.add("apt-get", '[[ "$*" != *libtbb-dev* ]]')
    result = system.run("install-packages", "required", "peer")
    assert result.returncode == 0
    assert "note: could not install the optional libtbb-dev" in result.stderr


def test_peers_alone_are_only_noted(system: System) -> None:
    _installed(system, *_packages("required"))
    result = system.run("install-packages", "required", "peer")
    assert result.returncode == 0
    assert "note: left out because they are not installed: libtbb-dev" in result.stderr
    assert not system.calls()


@needs_root
def test_a_failing_apt_get_is_explained(system: System) -> None:
    system.add("apt-get", 'echo "E: Unable to fetch some archives"; exit 100')
    result = system.run("install-packages", "required")
    assert result.returncode == 1
    assert "E: Unable to fetch some archives" in result.stderr
    assert (
        "Is the network up" in result.stderr
        and "apt-get install --no-install-recommends g++" in result.stderr
    )


def test_no_install_lists_packages_and_the_command(system: System) -> None:
    result = system.run("install-packages", "required", "peer", CONTEND_NO_INSTALL="1")
    assert result.returncode == 2
    assert "these packages are missing: g++ cmake" in result.stderr
    assert "apt-get update && apt-get install --no-install-recommends g++ cmake" in result.stderr
    assert not system.calls()


@needs_root
def test_without_root_and_sudo_the_same(system: System) -> None:
    as_nobody = shutil.which("setpriv") or pytest.skip("needs setpriv")
    result = subprocess.run(
        [as_nobody, "--reuid=65534", "--clear-groups", str(system.scripts / "install-packages"), "required"],
        env={"PATH": str(system.bin)}, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 2, result.stderr
    assert "install them as root" in result.stderr
    system.add("sudo", f'[[ $2 == true ]] || echo "sudo $*" >> "{system.log}"')
    system.log.touch()
    system.log.chmod(0o666)
    system.bin.chmod(0o777)
    result = subprocess.run(
        [as_nobody, "--reuid=65534", "--clear-groups", str(system.scripts / "install-packages"), "required"],
        env={"PATH": str(system.bin), "TMPDIR": str(system.bin)}, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert system.calls()[0].startswith(
        "sudo --non-interactive -- env DEBIAN_FRONTEND=noninteractive apt-get"
    )


def test_a_system_without_dpkg_is_left_alone(system: System) -> None:
    (system.bin / "dpkg-query").unlink()
    result = system.run("install-packages", "required")
    assert result.returncode == 0 and "not a Debian system" in result.stderr


def test_the_launcher_starts_the_first_python_that_has_the_libraries(system: System) -> None:
    system.add("bare-python", "exit 1")
    for python in ("/nonexistent", str(system.bin / "bare-python"), sys.executable):
        result = system.run("contend", "run", "a b", CONTEND_PYTHON=python)
        assert result.stdout == "started run a b\n", result.stderr
        assert not system.calls()


def test_the_launcher_works_through_a_link(system: System) -> None:
    (system.bin / "contend").symlink_to(system.scripts / "contend")
    result = subprocess.run([str(system.bin / "contend"), "list"], cwd="/", capture_output=True, text=True)
    assert result.stdout == "started list\n", result.stderr


def _without_python(system: System) -> None:
    system.scripts.joinpath("find-python").write_text(
        '#!/bin/bash\n[[ -e "$(dirname "$0")/python" ]] && echo "$(dirname "$0")/python"\n'
    )


def test_a_bare_machine_can_at_least_help(system: System) -> None:
    _without_python(system)
    result = system.run("contend", "--help")
    assert result.returncode == 0 and "usage: contend" in result.stdout
    assert not system.calls()


@needs_root
@pytest.mark.parametrize(("command", "chromium"), [("run", False), ("test", True)])
def test_a_bare_machine_is_set_up_first(system: System, command: str, chromium: bool) -> None:
    _without_python(system)
    python = system.scripts / "python"
    system.add(
        "apt-get",
        f'echo "$*" >> "{system.log}"; echo \'#!/bin/bash\necho got "${{@:2}}"\' > "{python}"; chmod 755 "{python}"',
    )
    (system.bin / "chmod").symlink_to(shutil.which("chmod") or "chmod")
    result = system.run("contend", command)
    assert (result.returncode, result.stdout) == (0, f"got {command}\n"), result.stderr
    assert ("chromium" in system.calls()[1]) == chromium
    assert "libtbb-dev" in " ".join(system.calls())


def test_a_bare_machine_that_must_not_install_says_what_to_do(system: System) -> None:
    _without_python(system)
    result = system.run("contend", "run", CONTEND_NO_INSTALL="1")
    assert result.returncode == 2
    assert "these packages are missing" in result.stderr


@pytest.mark.parametrize("name", ["contend", "find-python", "install-packages"])
def test_shellcheck_is_content(name: str) -> None:
    shellcheck = shutil.which("shellcheck") or pytest.skip("needs shellcheck")
    result = subprocess.run([shellcheck, str(SCRIPTS / name)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
