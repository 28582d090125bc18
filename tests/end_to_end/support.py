"""What the end-to-end tests share: running the binary, tiny configs, reading runs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

KEDGE = os.environ.get("KEDGE_BINARY", str(Path(__file__).resolve().parents[2] / "build" / "kedge"))
SKIP = 77  # ctest's SKIP_RETURN_CODE

QUICKSTART = Path(__file__).resolve().parents[2] / "configs" / "quickstart"

TINY = """
run: {{name: tiny, seed: 5, dir: {dir}/run}}
model:
  new: {{hidden: 32, layers: 2, heads: 2, kv_heads: 1, intermediate: 48, max_position: 96}}
  tokenizer: bytes
data: {{train: {{task: sums}}, eval: {{task: sums, prompts: 16}}}}
rollout: {{prompts_per_step: 8, samples_per_prompt: 4, max_new_tokens: 24}}
rewards:
  - {{name: exact_answer, metric: true}}
  - {{name: regex_match, pattern: "[0-9]", mode: search, weight: 0.3}}
optimizer: {{learning_rate: 1.0e-3, warmup_steps: 2}}
train: {{steps: 12, eval_every_steps: 4, checkpoint_every_steps: 3}}
compute: {{threads: 1}}
"""


def kedge(*words, check=True, **kwargs):
    done = subprocess.run(
        [KEDGE, *map(str, words)], capture_output=True, text=True, timeout=120, **kwargs
    )
    if check and done.returncode != 0:
        sys.exit(f"kedge {' '.join(map(str, words))} left with {done.returncode}:\n{done.stderr}")
    return done


def config_in(folder, text=TINY):
    path = Path(folder) / "tiny.yaml"
    path.write_text(text.format(dir=folder))
    return path


def quickstart_sft(run, steps, *overrides, **kwargs):
    """The base model of the quickstart after a few steps; not evaluated."""
    return kedge(
        "sft",
        QUICKSTART / "sums-sft.yaml",
        f"run.dir={run}",
        f"train.steps={steps}",
        "train.eval_every_steps=0",
        "optimizer.warmup_steps=5",
        *overrides,
        **kwargs,
    )


def quickstart_grpo(run, base, *overrides, **kwargs):
    """Three steps of the quickstart's GRPO on a base model of quickstart_sft."""
    return kedge(
        "train",
        QUICKSTART / "sums-grpo.yaml",
        f"run.dir={run}",
        f"model.path={base}/checkpoints/final",
        "train.steps=3",
        "rollout.max_new_tokens=32",
        *overrides,
        **kwargs,
    )


def steady_metrics(run):
    """Lines of metrics.jsonl without what may differ between two runs."""
    lines = []
    for line in (Path(run) / "metrics.jsonl").read_text().splitlines():
        row = json.loads(line)
        lines.append({k: v for k, v in row.items() if not k.startswith(("timing_s/", "perf/"))})
    return lines


def run_hash(run):
    """The last line of metrics.jsonl."""
    return json.loads((Path(run) / "metrics.jsonl").read_text().splitlines()[-1])["run_hash"]


def bytes_below(folder, leave_out=()):
    """Every file below a folder by its relative path: what must not change."""
    root = Path(folder)
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in leave_out
    }


def state_of(run, checkpoint):
    """What must be equal after a resume: metrics, samples, weights, optimiser, run hash."""
    run = Path(run)
    parts = {name: data for name, data in bytes_below(run / "checkpoints" / checkpoint).items()}
    parts.update(
        {f"final/{name}": data for name, data in bytes_below(run / "checkpoints" / "final").items()}
    )
    return {
        **parts,
        "metrics": steady_metrics(run),
        "samples": (run / "samples.jsonl").read_bytes(),
        "run hash": run_hash(run),
    }


def require_equal(got, expected, where):
    require(
        got.keys() == expected.keys(),
        f"{where}: {sorted(got.keys() ^ expected.keys())} on one side only",
    )
    for part, value in expected.items():
        require(got[part] == value, f"{where}: {part} differs")


def start(*words):
    return subprocess.Popen(
        [KEDGE, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def wait_for_step(run, step, process):
    """Until metrics.jsonl holds `step`; false when the process ended before."""
    metrics = Path(run) / "metrics.jsonl"
    while process.poll() is None:
        if metrics.exists() and f'"step":{step},' in metrics.read_text().replace(" ", ""):
            return True
        time.sleep(0.002)
    return False


def require(condition, text):
    if not condition:
        sys.exit(f"FAILED: {text}")


def skip(text):
    print("skipped:", text)
    sys.exit(SKIP)


def oracle_python(*modules):
    """The interpreter with the reference libraries; leaves with SKIP when there is none."""
    python = os.environ.get("KEDGE_ORACLE_PYTHON", "")
    probe = "import " + ", ".join(modules)
    if not python or subprocess.run([python, "-c", probe], capture_output=True).returncode:
        skip(
            f"KEDGE_ORACLE_PYTHON names no Python with {', '.join(modules)}"
            " (scripts/setup --oracle makes one)"
        )
    return python
