"""The two shipped quickstart configs, a few steps each: a base model, GRPO on it, the page with the
curve; and one run hash for any number of threads, slots and any micro-batch."""

import json
import tempfile
from html.parser import HTMLParser
from pathlib import Path

from support import kedge, quickstart_grpo, quickstart_sft, require, run_hash, steady_metrics

SHORT = ["data.eval.prompts=64", "train.log_samples_per_step=3"]
RL_METRICS = [
    "critic/rewards/mean",
    "response_length/mean",
    "actor/pg_loss",
    "actor/entropy",
    "actor/lr",
    "rewards/exact_answer/mean",
    "rewards/thinks/mean",
    "rewards/exact_answer/std",
    "frac_reward_zero_std",
    "rollout/logprob_gap_max",
]
EVAL_METRICS = ["eval/pass@1", "eval/rewards/mean", "eval/response_length/mean"]


class Page(HTMLParser):
    """Tags of a page, and everything it would load from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if (
                name in ("src", "href", "data", "xlink:href", "srcset")
                and value
                and not value.startswith(("#", "data:"))
            ):
                self.loads.append(f"{tag} {name}={value}")


def check_page(path):
    text = path.read_text()
    page = Page(text)
    require(not page.loads, f"the page loads {page.loads}")
    require("@import" not in text and "url(" not in text, "the style sheet loads something")
    require(page.tags.count("svg") >= 3, f"{page.tags.count('svg')} curves on the page")
    require("table" in page.tags, "no table of samples")


def check_metrics(run, steps):
    rows = steady_metrics(run)
    trained = [row for row in rows if "critic/rewards/mean" in row]
    require([row["step"] for row in trained] == list(range(1, steps + 1)), "not one row per step")
    for row in trained:
        missing = [name for name in RL_METRICS if name not in row]
        require(not missing, f"step {row['step']}: no {missing}")
        require(
            row["rollout/logprob_gap_max"] == 0, f"step {row['step']}: rollout and learner differ"
        )
    learned = [row for row in trained if row["update/applied"]]
    require(learned, "no update was applied")
    require(all(row["actor/grad_norm"] > 0 for row in learned), "an update without a gradient")
    evaluated = {row["step"]: row for row in rows if "eval/pass@1" in row}
    require(set(evaluated) == {0, steps}, f"evaluated at {sorted(evaluated)}")
    require(
        all(name in row for row in evaluated.values() for name in EVAL_METRICS),
        "evaluation lacks a metric",
    )
    return evaluated


def main():
    with tempfile.TemporaryDirectory() as folder:
        base, run = f"{folder}/base", f"{folder}/grpo"
        quickstart_sft(base, 80, *SHORT)
        losses = [row["sft/loss"] for row in steady_metrics(base) if "sft/loss" in row]
        require(
            losses[-1] < 0.6 * losses[0],
            f"the base model did not learn: {losses[0]} to {losses[-1]}",
        )

        short = [*SHORT, "train.eval_every_steps=3"]
        done = quickstart_grpo(run, base, *short)
        evaluated = check_metrics(run, 3)
        require(f"run hash {run_hash(run)}" in done.stderr, f"no run hash in: {done.stderr}")
        other = f"{folder}/other"
        quickstart_grpo(
            other,
            base,
            *short,
            "compute.threads=1",
            "rollout.slots=7",
            "train.tokens_per_microbatch=300",
            "train.recompute=blocks",
        )
        require(
            run_hash(other) == run_hash(run),
            "another run hash with other threads, slots and micro-batches",
        )

        require("pass@1" in kedge("report", run).stderr, "the report draws no curve")
        check_page(Path(run) / "report.html")
        samples = [
            json.loads(line) for line in (Path(run) / "samples.jsonl").read_text().splitlines()
        ]
        require(
            {sample["step"] for sample in samples} == {0, 1, 2, 3},
            "samples of some steps are missing",
        )
        print("pass@1", {step: row["eval/pass@1"] for step, row in evaluated.items()})
        print("run hash", run_hash(run))


if __name__ == "__main__":
    main()
