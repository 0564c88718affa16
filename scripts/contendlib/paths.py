"""Where things are in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
RESULTS = ROOT / "results"


def shown(path: Path) -> str:
    """The path as a user would type it: relative to the current folder where it is inside it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def build_dir(preset: str) -> Path:
    """The build folder of a preset, as CMakePresets.json has it."""
    return ROOT / "build" / preset
