"""Generalized assignment (OR-Library gap1 to gap12, and the classes a to e).

Numbers, separated by blanks or line ends::

    m n                   agents and jobs
    costs                 m rows of n: of each job with each agent; profits for --sense max
    uses                  m rows of n: what each job uses of each agent
    capacities            of the m agents

Each job goes to one agent. A file that begins with one number on its first line holds as many
problems. An agent becomes a facility with its own block type, of which its capacity is installed;
a job a demand of one unit at one facility, and what it uses the inverse of its yield. With
``--sense max`` profits are negative costs, so that published = -1 x ours.
"""

from __future__ import annotations

from gridblock.instances.imports.sites import parts_of_a_unit
from gridblock.instances.imports.source import Reading, Source, Words, base, chosen


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format, or holds other problems than the one asked for.
    """
    words = source.words()
    several = words.on_line() == 1
    count = words.whole("the number of problems") if several else 1
    wanted = chosen(source, words, count)
    problems = [_problem(words) for _ in range(count)]
    words.end("the last problem")
    suffix = f"_{wanted + 1}" if several else ""
    sense = f"_{source.sense.capitalize()}" if source.sense else ""
    return _planned(source, f"{source.name}{suffix}{sense}", *problems[wanted])


Problem = tuple[list[list[float]], list[list[float]], list[float]]


def _problem(words: Words) -> Problem:
    agents, jobs = words.whole("the number of agents"), words.whole("the number of jobs")
    cost = [
        words.numbers(jobs, f"the cost of job {{}} with agent {i}", None)
        for i in range(1, agents + 1)
    ]
    use = [
        [words.above_zero(f"what job {j} uses of agent {i}") for j in range(1, jobs + 1)]
        for i in range(1, agents + 1)
    ]
    return cost, use, words.numbers(agents, "the capacity of agent {}")


def _planned(
    source: Source,
    name: str,
    cost: list[list[float]],
    use: list[list[float]],
    capacity: list[float],
) -> Reading:
    """Make an instance of it: an agent is a facility, a job a demand that takes one whole block."""
    sign = -1 if source.sense == "max" else 1
    agents = [f"agent-{i}" for i in range(1, len(capacity) + 1)]
    parts = parts_of_a_unit(source, capacity)
    demands = [
        {
            "name": f"job-{j + 1}",
            "amount": 1,
            "yields": {agent: 1 / (use[i][j] * parts) for i, agent in enumerate(agents)},
            "min_share": 1,
            "unmet_cost": 0,
            "cost_per_unit_hour": {agent: sign * cost[i][j] for i, agent in enumerate(agents)},
            "max_facilities": 1,
        }
        for j in range(len(cost[0]))
    ]
    data = {
        **base(name, f"{source.file_name}: generalized assignment, {source.sense or 'min'}"),
        "accelerators": {agent: {} for agent in agents},
        "blocks": {agent: {"accelerator": agent, "accelerators": 1} for agent in agents},
        "facilities": {
            agent: {"installed": {agent: round(most * parts)}}
            for agent, most in zip(agents, capacity, strict=True)
        },
        "demands": demands,
    }
    return Reading(data, scale=sign)
