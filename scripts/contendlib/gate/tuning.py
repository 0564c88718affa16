"""How much extra work makes each contended benchmark slower by what is to be planted.

Two threads need not take a tenth longer for a tenth more work each. So the effect of an amount is measured, by pairs such as
the gate's, and the amount is changed only where its effect is clearly another one, until the effect is known closely. No
verdict has a say in it: what is chosen is written down before anything is recorded.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
import json
import math
from pathlib import Path
from random import Random

from contendlib.exits import ContendError
from contendlib.gate import contest, regime, signed_rank
from contendlib.gate.pairs import Pair
from contendlib.paths import shown

EFFECT = 10  # percent
PLANT, PLANT_CONTENDED = "CONTEND_PLANT", "CONTEND_PLANT_CONTENDED"  # percent of extra work, for the program
_NAME = "plants.json"
_STEP = 40  # pairs from one look to the next
_SURE = 0.005  # to either side, that an amount has another effect
_INTERVAL = 0.025  # to either side, for what is shown and to be narrow
_NARROW = 0.02  # to either side of the estimate
_MOST_PERCENT = 100

Amounts = Mapping[str, int]  # percent by benchmark
Measure = Callable[[str, Amounts], Pair]  # one pair of a benchmark


@dataclass(frozen=True)
class Try:
    """What so many percent of extra work did to a benchmark."""

    benchmark: str
    percent: int
    pairs: int
    ratio: float
    low: float
    high: float


@dataclass
class Tuning:
    """One benchmark on its way to an amount of extra work."""

    benchmark: str
    cpus: int
    percent: int = EFFECT
    tries: list[Try] = field(default_factory=list)
    is_done: bool = False
    _pairs: list[Pair] = field(default_factory=list)

    def add(self, pair: Pair) -> None:
        if regime.is_kept(pair, self.cpus):
            self._pairs.append(pair)
            if len(self._pairs) % _STEP == 0:
                self._look()

    def close(self) -> None:
        """There is no more time: the amount stays, with what is known of its effect."""
        if not self.is_done and len(self._pairs) >= _STEP:
            self._settle()
        elif not self.is_done:
            raise ContendError(f"{self.benchmark}: {len(self._pairs)} pairs do not tell the effect of a plant; tune for longer")

    def _look(self) -> None:
        wanted = math.log1p(EFFECT / 100)
        estimate, low, high = self._found(_SURE)
        if not low <= wanted <= high:
            self._change(wanted / estimate if estimate > 0 else 2.0, is_more=estimate < wanted)
        else:
            _, low, high = self._found(_INTERVAL)
            if max(estimate - low, high - estimate) <= _NARROW:
                self._settle()

    def _change(self, factor: float, is_more: bool) -> None:
        self._note()
        near = round(self.percent * factor)
        changed = max(near, self.percent + 1) if is_more else min(near, self.percent - 1)
        changed = min(max(changed, 1), _MOST_PERCENT)
        if changed in {known.percent for known in self.tries}:
            self.percent = min(self.tries, key=lambda known: abs(known.ratio - 1 - EFFECT / 100)).percent
            self.is_done = True
        else:
            self.percent, self._pairs = changed, []

    def _settle(self) -> None:
        self._note()
        self.is_done = True

    def _note(self) -> None:
        figures = [round(math.exp(value), 4) for value in self._found(_INTERVAL)]
        self.tries.append(Try(self.benchmark, self.percent, len(self._pairs), *figures))

    def _found(self, level: float) -> tuple[float, float, float]:
        n, averages = len(self._pairs), contest.averages(self._pairs, self.cpus)
        bounds = signed_rank.lower_bound(averages, n, level), signed_rank.upper_bound(averages, n, level)
        return (signed_rank.estimate(averages), *bounds)


@dataclass(frozen=True)
class Plants:
    """The amounts of a calibration, and all that was tried. Nobody tuned: the effect is hoped to be the amount."""

    amounts: Amounts = field(default_factory=dict)
    tries: list[Try] = field(default_factory=list)

    def environment(self, alone: int, contended: int) -> dict[str, str]:
        """For the program: so much of one thread, and an effect of so much on what is contended. As long for all of a
        calibration, because what is on the stack below main moves the rest."""
        amounts = {name: amount if contended == EFFECT else contended for name, amount in self.amounts.items()}
        return {PLANT: f"{alone:03}", PLANT_CONTENDED: _listed(amounts) or f"{contended:03}"}


def tune(benchmarks: Iterable[str], measure: Measure, cpus: int, has_time: Callable[[], bool], rng: Random) -> Plants:
    """Pairs for each in turn, until all are known or the time is over. Raises ContendError."""
    tunings = [Tuning(name, cpus) for name in benchmarks]
    while (open_ones := [one for one in tunings if not one.is_done]) and has_time():
        rng.shuffle(open_ones)
        for one in open_ones:
            one.add(measure(one.benchmark, {each.benchmark: each.percent for each in tunings}))
    for one in tunings:
        one.close()
    return Plants({one.benchmark: one.percent for one in tunings}, [known for one in tunings for known in one.tries])


def _listed(amounts: Amounts) -> str:
    return ";".join(f"{name}={amount:03}" for name, amount in amounts.items())


def write(plants: Plants, out: Path) -> None:
    document = {"effect": EFFECT, "amounts": dict(plants.amounts), "tries": [asdict(known) for known in plants.tries]}
    (out / _NAME).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read(out: Path) -> Plants:
    """No amounts where nobody tuned. Raises ContendError."""
    path = out / _NAME
    if not path.is_file():
        return Plants()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        amounts = {str(name): int(percent) for name, percent in document["amounts"].items()}
        return Plants(amounts, [Try(**known) for known in document["tries"]])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        raise ContendError(f"{shown(path)} cannot be read: {failure!r}") from failure
