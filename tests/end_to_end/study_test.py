"""scripts/study in its smallest size: a table of two rows and two seeds, stopped and gone on with."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support import KEDGE, config_in, require

ROOT = Path(__file__).resolve().parents[2]


def study(folder, *words, check=True):
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "study", folder / "table.json", "--out", folder / "out",
         "--kedge", KEDGE, *words],
        capture_output=True, text=True, check=False)
    require(not check or done.returncode == 0, done.stderr)
    return done


def write_table(folder, steps):
    config = str(config_in(folder))
    rewards = "rewards=[{name: regex_match, pattern: '[0-9]', mode: search, metric: true}]"
    table = {
        "title": "Smoke", "about": "Two algorithms on a tiny model.", "metric": "eval/pass@1",
        "tasks": {"tiny": {
            "base": {"config": config, "overrides": ["train.steps=2", "train.eval_every_steps=0"]},
            "config": config,
            "overrides": [rewards, f"train.steps={steps}", "train.eval_every_steps=1",
                          "train.checkpoint_every_steps=1", "model.new=null", "model.tokenizer=''",
                          "algorithm.kl.coef=0"],
            "budget": 96}},
        "rows": [
            {"name": "grpo", "about": "plain", "runs": {"tiny": {"seeds": 2}}},
            {"name": "aapo", "overrides": ["algorithm.preset=aapo"], "runs": {"tiny": {"seeds": 2}}},
        ]}
    (folder / "table.json").write_text(json.dumps(table))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder, 3)
        study(folder, "--only", "grpo")
        first = folder / "out" / "tiny-grpo-s1"
        lines = (first / "metrics.jsonl").read_text().splitlines()
        hash_line = lines[-1]
        require("run_hash" in hash_line, hash_line)

        # As if the machine had died behind the second step of the second seed.
        second = folder / "out" / "tiny-grpo-s2"
        before = (second / "metrics.jsonl").read_text().splitlines()[-1]
        shutil.rmtree(second / "checkpoints" / "step_000003")
        shutil.rmtree(second / "checkpoints" / "final")
        (second / "checkpoints" / "latest").write_text("step_000002\n")
        text = (second / "metrics.jsonl").read_text().splitlines()
        (second / "metrics.jsonl").write_text("\n".join(text[:-2]) + "\n")

        done = study(folder)
        require("tiny-grpo-s1: eval/pass@1" in done.stderr and done.stderr.count("(kept)") == 1,
                f"finished runs are not kept, or unfinished ones are:\n{done.stderr}")
        require((second / "metrics.jsonl").read_text().splitlines()[-1] == before,
                "a run that was gone on with has another hash")
        for row in ("| tiny | grpo | 2 |", "| tiny | aapo | 2 |", "reference share"):
            require(row in done.stdout, f"'{row}' is not in:\n{done.stdout}")
        require("| 50 % |" in done.stdout, "aapo's reference samples are not counted")
        require((folder / "out" / "table.md").read_text() == done.stdout.rstrip("\n") + "\n",
                "the page is another")
        picture = (folder / "out" / "table-tiny.svg").read_text()
        require(picture.count("<polyline") == 2 and picture.startswith("<svg"), "no curves")

        write_table(folder, 1)
        refused = study(folder, check=False)
        require(refused.returncode != 0 and "other words" in refused.stderr,
                "runs of other settings were taken for this study's")
        shutil.rmtree(folder / "out")
        short = study(folder, "--only", "grpo", check=False)
        require(short.returncode != 0 and "raise train.steps" in short.stderr, short.stderr)
    print("a study runs, goes on where it was stopped, and reports")


if __name__ == "__main__":
    main()
