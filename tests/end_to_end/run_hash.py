#!/usr/bin/env python3
"""The quickstart, shortened, ends with the run hashes in tests/golden/run_hashes.json: on this code
path of the kernels, with 1, 2 and 3 threads. ctest runs it once per code path.

    run_hash.py scalar|avx2|avx512   checks; exit status 77 where the CPU lacks the path
    run_hash.py --write              writes new hashes, for a change that means to change numbers

KEDGE_BINARY names another binary than build/kedge.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from support import (
    kedge,
    quickstart_grpo,
    quickstart_sft,
    require,
    run_hash,
    skip,
    steady_metrics,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "run_hashes.json"
NO_EVALUATION = "train.eval_every_steps=0"


def environment(isa):
    return dict(os.environ, KEDGE_ISA=isa)


def make_base(folder):
    """Good enough that rewards differ, so that GRPO has something to learn from; widest path."""
    quickstart_sft(f"{folder}/base", 80, env=environment(""))
    return f"{folder}/base"


def hashes_of(folder, base, isa, threads):
    """Run hashes by name. Fewer threads than cores or more: the same."""
    place, env = f"{folder}/{isa}{threads}", environment(isa)
    own = f"compute.threads={threads}"
    quickstart_sft(f"{place}/sft", 4, own, env=env)
    quickstart_grpo(f"{place}/grpo", base, own, NO_EVALUATION, env=env)
    quickstart_grpo(f"{place}/bf16", base, own, NO_EVALUATION, "compute.weights=bf16", env=env)
    for name in ("grpo", "bf16"):
        applied = [row["update/applied"] for row in steady_metrics(f"{place}/{name}")[:3]]
        require(any(applied), f"{name}: no update was applied, the hash says little")
    return {
        "sft, 80 steps": run_hash(base),
        "sft, 4 steps": run_hash(f"{place}/sft"),
        "grpo, 3 steps": run_hash(f"{place}/grpo"),
        "grpo, 3 steps, bf16 weights": run_hash(f"{place}/bf16"),
    }


def check(isa):
    probe = kedge("bench", "machine", "--seconds", "0.001", check=False, env=environment(isa))
    if probe.returncode:
        skip(f"this CPU has no {isa}: {probe.stderr.strip()}")
    expected = json.loads(GOLDEN.read_text())
    with tempfile.TemporaryDirectory() as folder:
        base = make_base(folder)
        for threads in (1, 2, 3):
            found = hashes_of(folder, base, isa, threads)
            wrong = {name: hash for name, hash in found.items() if expected.get(name) != hash}
            require(
                not wrong and found.keys() == expected.keys(),
                f"{isa}, {threads} threads: found {wrong}, {GOLDEN.name} says {expected}.\n"
                "If numbers were meant to change: tests/end_to_end/run_hash.py --write",
            )
            print(f"{isa}, {threads} threads: {len(found)} run hashes as expected", flush=True)


def write():
    with tempfile.TemporaryDirectory() as folder:
        hashes = hashes_of(folder, make_base(folder), "", 1)
    GOLDEN.write_text(json.dumps(hashes, indent=2) + "\n")
    print(GOLDEN.read_text(), end="")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--write":
        write()
    else:
        check(sys.argv[1])
