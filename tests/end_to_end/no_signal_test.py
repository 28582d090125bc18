"""Steps whose groups all hold no signal: weights and optimiser keep every bit, the steps are
counted, and the run ends normally. Between two such stretches the policy does learn."""

import json
import tempfile
from pathlib import Path

from support import bytes_below, config_in, kedge, require, require_equal, steady_metrics

NEVER = "rewards=[{name: regex_match, pattern: never, mode: search, metric: true}]"
MENTIONS = "rewards=[{name: mentions, metric: true}]"


def counted(run, name):
    return {row["step"]: row[name] for row in steady_metrics(run) if name in row}


def checkpoint(run, step):
    """Weights and moments; state.json moves on with the prompts."""
    return bytes_below(Path(run) / "checkpoints" / f"step_{step:06d}", leave_out=["state.json"])


def whole_run_without_signal(train, base, run):
    done = kedge(*train, NEVER, f"run.dir={run}", "train.steps=3", "train.checkpoint_every_steps=1")
    require("run hash" in done.stderr, done.stderr)
    weights = (Path(base) / "model.safetensors").read_bytes()
    for name in ("step_000001", "step_000002", "step_000003", "final"):
        path = Path(run) / "checkpoints" / name / "model.safetensors"
        require(path.read_bytes() == weights, f"{name}: weights moved without a signal")
    require(
        counted(run, "update/without_signal") == {1: 1, 2: 1, 3: 1},
        "steps without signal are not counted",
    )
    require(counted(run, "update/applied") == {1: 0, 2: 0, 3: 0}, "an update was applied")
    require(
        counted(run, "frac_reward_zero_std") == {1: 1, 2: 1, 3: 1},
        "the groups do not count as flat",
    )
    require(
        set(counted(run, "critic/rewards/mean").values()) == {0},
        "a reward that never matches scored",
    )
    require(len(counted(run, "eval/pass@1")) == 2, "no evaluation at the start and the end")
    print("3 steps without signal: no bit moved")


def write_prompts(path):
    """Two steps of prompts the model answers now and then, two it never can, and so on."""
    with open(path, "w") as file:
        for step in range(6):
            words = ["wombat"] if step in (2, 3) else ["1"]
            for i in range(4):
                file.write(json.dumps({"prompt": f"{step + 1}+{i + 1}=", "words": words}) + "\n")


def signal_comes_and_goes(train, folder, run):
    """Momentum alone would go on moving the weights in steps 3 and 4."""
    write_prompts(f"{folder}/train.jsonl")
    data = f"data.train={{task: '', file: {folder}/train.jsonl, shuffle: false}}"
    kedge(
        *train,
        MENTIONS,
        data,
        f"run.dir={run}",
        "train.steps=6",
        "train.checkpoint_every_steps=1",
        "train.eval_every_steps=0",
        "rollout.prompts_per_step=4",
        "rollout.samples_per_prompt=16",
    )
    flat = counted(run, "update/without_signal")
    require(flat == {1: 0, 2: 0, 3: 1, 4: 1, 5: 0, 6: 0}, f"counted as without signal: {flat}")
    two, four, six = (checkpoint(run, step) for step in (2, 4, 6))
    require_equal(four, two, "after two steps without signal")
    for name in ("model.safetensors", "trainer_state/optimizer.safetensors"):
        require(
            checkpoint(run, 1)[name] != two[name] != six[name],
            f"{name}: nothing was learned at all",
        )
    print("signal, none, signal again: bits rest while there is none")


def main():
    with tempfile.TemporaryDirectory() as folder:
        config = config_in(folder)
        kedge("sft", config, f"run.dir={folder}/base", "train.steps=60", "train.eval_every_steps=0")
        base = f"{folder}/base/checkpoints/final"
        train = [
            "train",
            config,
            "model.new=null",
            "model.tokenizer=''",
            f"model.path={base}",
            "optimizer.weight_decay=0.1",
            "algorithm.kl.coef=0",
            "train.eval_every_steps=3",
        ]
        whole_run_without_signal(train, base, f"{folder}/flat")
        signal_comes_and_goes(train, folder, f"{folder}/mixed")


if __name__ == "__main__":
    main()
