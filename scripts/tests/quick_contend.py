"""`contend`, but for the half second in which it measures the machine's noise."""

from collections.abc import Sequence
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contendlib import cli, session  # noqa: E402


def main(words: Sequence[str]) -> int:
    session.NOISE_S = 0.001
    return cli.main(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
