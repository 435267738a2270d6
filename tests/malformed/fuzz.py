"""Coverage-guided fuzzing of every reader: ``python tests/malformed/fuzz.py SECONDS [FOLDER]``.

A reader may give an instance or raise InstanceError, and nothing else. What begins the search are
the shipped examples and every malformed file that is known; inputs that find anything else, or take
more than two seconds, are kept in FOLDER as ``crash-…`` or ``slow-…``.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import atheris  # of the extra `fuzz`: not every platform has it

sys.path.insert(0, str(Path(__file__).parents[1]))
FOUND = Path(sys.argv[2] if len(sys.argv) > 2 else "build/fuzz").absolute()
SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 600
SLOW = 2.0

with atheris.instrument_imports(include=["gridblock", "ruamel"]):
    from gridblock.instances import document, graphs
    from gridblock.instances.faults import InstanceError
    from gridblock.instances.imports.kinds import KINDS, load
    from gridblock.instances.imports.source import Source
    from gridblock.instances.read import read
    from gridblock.runs import read_plan_file

READERS = (".yaml", ".json", ".csv", ".xlsx", ".graphml", ".gml", "plan", *sorted(KINDS))
SCRATCH = Path(tempfile.mkdtemp(prefix="gridblock-fuzz-"))


def take(reader: str, raw: bytes) -> Any:
    """Let a reader read some bytes as a file of its kind."""
    if reader in {".graphml", ".gml"}:
        (SCRATCH / f"g{reader}").write_bytes(raw)
        return graphs.inline({"network": {"graph": f"g{reader}"}}, SCRATCH)
    if reader == ".csv":
        tables, _, rest = raw.partition(b"\f")
        folder = SCRATCH / "tables"
        folder.mkdir(exist_ok=True)
        (folder / "instance.csv").write_bytes(tables)
        (folder / "demands.csv").write_bytes(rest)
        return read(folder)
    if reader == "plan":
        (SCRATCH / "plan.json").write_bytes(raw)
        return read_plan_file(SCRATCH / "plan.json")
    file = SCRATCH / f"f{reader if reader.startswith('.') else '.txt'}"
    file.write_bytes(raw)
    return read(file) if reader.startswith(".") else load(reader, Source(str(file)))


def one(raw: bytes) -> None:
    """Read some bytes; the first says by which reader."""
    reader = READERS[raw[0] % len(READERS)] if raw else READERS[0]
    began = time.process_time()
    try:
        take(reader, raw[1:])
    except InstanceError as error:
        str(error)
    except Exception as error:
        keep("crash", reader, raw[1:], repr(error))
    if time.process_time() - began > SLOW:
        keep("slow", reader, raw[1:], f"{time.process_time() - began:.1f} s")


def keep(what: str, reader: str, raw: bytes, why: str) -> None:
    """Keep an input, once for each reason of each reader."""
    name = hashlib.sha256(f"{reader}{why[:60]}".encode()).hexdigest()[:12]
    file = FOUND / f"{what}-{reader.strip('.')}-{name}"
    if not file.exists():
        file.write_bytes(raw)
        (FOUND / f"{file.name}.txt").write_text(f"{reader}: {why}\n")
        sys.stderr.write(f"{what}: {reader}: {why[:200]}\n")


def corpus() -> Path:
    """Write what the search begins with."""
    from malformed import documents, others, tables

    folder = FOUND / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    gallery = Path(document.__file__).parent / "gallery"
    seeds = [(0, file.read_bytes()) for file in gallery.glob("*.yaml")]
    for module in (documents, tables, others):
        for case in module.cases():
            for name, content in case.files.items():
                kind = next((each for each in READERS if name.endswith(each)), case.arguments[1])
                kind = "plan" if name.endswith("plan.json") else kind
                raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
                if kind in READERS and len(raw) < 20_000:
                    seeds.append((READERS.index(kind), raw))
    for number, raw in seeds:
        (folder / hashlib.sha256(raw).hexdigest()[:16]).write_bytes(bytes([number]) + raw)
    return folder


def main() -> None:
    """Search until the time is over."""
    sys.stderr.write(f"{len(READERS)} readers\n")
    limits = [f"-max_total_time={SECONDS}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=20000"]
    kept = f"-artifact_prefix={FOUND}/"
    atheris.Setup([sys.argv[0], str(corpus()), *limits, "-print_final_stats=1", kept], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
