"""The table of commands. Each module has its arguments and its execution; what is slow to import is imported there."""

from contendlib.commands import (
    calibrate,
    claims,
    compare,
    doctor,
    export,
    flips,
    floor,
    gate,
    history,
    list_cases,
    plot,
    report,
    run,
    scaling,
    test,
    topo,
)
from contendlib.commands.command import Command

COMMANDS: tuple[Command, ...] = (
    run.COMMAND,
    test.COMMAND,
    claims.COMMAND,
    list_cases.COMMAND,
    doctor.COMMAND,
    topo.COMMAND,
    floor.COMMAND,
    plot.COMMAND,
    report.COMMAND,
    gate.COMMAND,
    calibrate.COMMAND,
    compare.COMMAND,
    history.COMMAND,
    flips.COMMAND,
    scaling.COMMAND,
    export.COMMAND,
)
