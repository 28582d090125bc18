"""Kill a run anywhere and resume it: the same bits as the run that was never stopped."""
import json
import random
import signal
import tempfile
from pathlib import Path

from support import TINY, config_in, kedge, require, start, steady_metrics, wait_for_step


def outcome(run):
    run = Path(run)
    final = run / "checkpoints" / "step_000012"
    return {
        "metrics": steady_metrics(run),
        "weights": (final / "model.safetensors").read_bytes(),
        "optimizer": (final / "trainer_state" / "optimizer.safetensors").read_bytes(),
    }


def interrupted(folder, config, step, how):
    run = f"{folder}/{how.name}_{step}"
    process = start("train", config, f"run.dir={run}")
    wait_for_step(run, step, process)
    process.send_signal(how)
    process.communicate(timeout=60)
    return run, process.returncode


def main():
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        config = config_in(folder)
        kedge("train", config)
        expected = outcome(f"{folder}/run")
        cases = [(step, signal.SIGKILL, -9) for step in draw.sample(range(1, 12), 3)]
        cases += [(5, signal.SIGTERM, 75), (6, signal.SIGINT, 130)]
        for step, how, code in cases:
            run, left_with = interrupted(folder, config, step, how)
            require(left_with in (code, 0), f"{how.name} at step {step}: exit code {left_with}, not {code}")
            if left_with != 0:
                kedge("train", config, f"run.dir={run}", "--resume")
            got = outcome(run)
            for part, value in expected.items():
                require(got[part] == value, f"{how.name} at step {step}: {part} differ after the resume")
            print(f"{how.name} at step {step}: exit {left_with}, same bits after the resume")


if __name__ == "__main__":
    main()
