"""A comparison in Markdown, worst first."""

from contendlib.console import plural
from contendlib.stored.comparison import FASTER, REFUSED, SLOWER, UNCLEAR, Comparison, Line

_MOST_NAMES = 10


def markdown(found: Comparison, everything: bool) -> str:
    """What differs clearly, or everything; nothing of a comparison that is refused is left out."""
    shown = [line for line in found.worst_first if everything or line.advice != UNCLEAR]
    lines = [f"## {headline(found)}", "", *_explanation(found), ""]
    if shown:
        relative = "share of new / share of old" if found.refusal else "new / old"
        lines += [
            f"| advice | benchmark | old ns | new ns | {relative} | within the sessions |",
            "|---|---|---:|---:|---:|---:|",
            *(_row(line) for line in shown),
            "",
        ]
    if hidden := len(found.lines) - len(shown):
        lines.append(f"- {plural(hidden, 'benchmark')} without a clear difference not shown (--all)")
    for word, names in (("only in old", found.only_old), ("only in new", found.only_new), ("failed", list(found.failed))):
        if names:
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            lines.append(f"- {word}: {', '.join(f'`{name}`' for name in names[:_MOST_NAMES])}{more}")
    return "\n".join(lines).rstrip() + "\n"


def headline(found: Comparison) -> str:
    if found.refusal:
        return f"Not comparable: {found.new} and {found.old}"
    counts = [f"{found.count(advice)} {advice}" for advice in (SLOWER, FASTER, UNCLEAR) if found.count(advice)]
    return f"{found.new} against {found.old}: {', '.join(counts) or 'nothing in common'}"


def _explanation(found: Comparison) -> list[str]:
    if found.refusal:
        return [
            "No advice, because they differ in where they were measured or how they were built:",
            *(f"- {difference}" for difference in found.refusal),
            "",
            "A share is a benchmark's time over the geometric mean of its own run.",
        ]
    return [
        f"Advice, no verdict: `contend gate` gives one. All in all new takes {found.shift:.3f} of old; a difference is clear "
        f"beyond a factor of {found.allowance:.2f} and beyond the noise within the sessions.",
    ]


def _row(line: Line) -> str:
    name = line.benchmark.replace("|", "\\|")
    advice = "" if line.advice == REFUSED else line.advice
    return (
        f"| {advice} | `{name}` | {line.old_ns:.4g} | {line.new_ns:.4g} | {line.ratio:.3f} | "
        f"{line.low:.3f} to {line.high:.3f} |"
    )
