"""Bad input: every mistake is refused with code 2, its place, what was found and what is valid; and
a refused command leaves everything as it was."""

import os
import shutil
import tempfile
from pathlib import Path

from invalid_cases import command_cases, config_file_cases, data_cases, model_cases, override_cases
from support import bytes_below, config_in, kedge, require, start, wait_for_step


class Refusals:
    """Runs the binary on mistakes and counts them."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def expect(self, words, expected, **kwargs):
        done = kedge(*words, check=False, cwd=self.folder, **kwargs)
        what = " ".join(map(str, words))
        require(done.returncode == 2, f"{what}: exit code {done.returncode}\n{done.stderr}")
        require(done.stdout == "", f"{what}: standard output is not empty")
        require("kedge: unexpected:" not in done.stderr, f"{what}: {done.stderr}")
        require(len(done.stderr) < 1000, f"{what}: a message of {len(done.stderr)} characters")
        for text in expected:
            require(text in done.stderr, f"{what}: '{text}' is not in: {done.stderr}")
        self.count += 1


def refuse_configs(refusals, folder, config):
    for overrides, expected in override_cases():
        refusals.expect(["train", config, *overrides], expected)
    broken = folder / "broken.yaml"
    for text, expected in config_file_cases():
        broken.write_text(text)
        refusals.expect(["train", broken], expected)


def refuse_data(refusals, folder, config):
    words = ["train", config, "data.train={task: '', file: train.jsonl}"]
    (folder / "train.jsonl").mkdir()
    refusals.expect(words, ["data.train.file", "cannot read 'train.jsonl'", "JSON-lines"])
    (folder / "train.jsonl").rmdir()
    refusals.expect(words, ["data.train.file", "cannot read 'train.jsonl'", "JSON-lines"])
    for text, overrides, expected in data_cases():
        (folder / "train.jsonl").write_text(text)
        refusals.expect([*words, *overrides], expected)
    (folder / "train.jsonl").write_text('{"prompt": "a", "answer": "b"}\n')
    words[0] = "sft"
    refusals.expect(words, ["train.jsonl:1", "no column 'completion'", "answer"])


def refuse_models(refusals, folder, good):
    bad = folder / "bad"
    for damage, expected in model_cases():
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(good, bad)
        damage(bad)
        refusals.expect(["generate", "--model", bad, "--prompt", "1+1="], expected)


def refuse_commands(refusals, folder, good):
    def rows(*lines):
        path = folder / f"{len(list(folder.iterdir()))}_rows.jsonl"
        path.write_text("".join(line + "\n" for line in lines))
        return path

    for words, expected in command_cases(good, rows):
        refusals.expect(words, expected)
    refusals.expect(
        ["generate", "--model", good, "--prompt", "1"],
        ["KEDGE_ISA", "'sse9'", "scalar"],
        env={**os.environ, "KEDGE_ISA": "sse9"},
    )


def refuse_other_stores(refusals, folder, config):
    """A store is of one model, sampling and judgement; the key that differs is named."""
    words = [config, "algorithm={preset: pvpo, anchor: {store: anchors.jsonl}}"]
    kedge("anchors", "make", *words, "train.steps=1", cwd=folder)
    for override, expected in (
        ("rollout.temperature=0.5", ["rollout.temperature 1.0", "0.5"]),
        ("algorithm.anchor.samples=6", ["algorithm.anchor.samples 4", "6"]),
        ("rewards.1.weight=0.5", ["rewards", "0.3"]),
        ("model.new.hidden=64", ["weights"]),
        ("data.train.seed=6", ["another prompt sums:", "run.seed"]),
    ):
        refusals.expect(["train", *words, override],
                        ["algorithm.anchor.store", "anchors.jsonl", *expected])
    refusals.expect(["anchors", "make", config], ["algorithm", "'grpo'", "no anchors"])
    (folder / "groups.jsonl").write_text('{"rewards": [1, 0], "lengths": [3, 3]}\n')
    for estimator, greedy in (("aapo", "false"), ("pvpo", "false"), ("remax", "true")):
        algorithm = f"algorithm={{advantage: {{estimator: {estimator}}}, anchor: {{greedy: {greedy}}}}}"
        refusals.expect(["advantage", config, "groups.jsonl", algorithm],
                        ["groups.jsonl", "missing_anchor", estimator, "reference_rewards"])
    refusals.expect(["anchors", "mkae", config], ["'mkae'", "'make'?"])
    shutil.rmtree(folder / "run", ignore_errors=True)


def warn_of_bias(config):
    """Legal, but most likely not meant: said by the plan and by the run's log."""
    done = kedge("plan", config, "algorithm.ratio.level=none", "train.passes_per_batch=2")
    require("warning: algorithm.ratio.level none with 2 updates" in done.stdout, done.stdout)
    done = kedge("plan", config, "algorithm={preset: aapo, anchor: {refresh_every: 0}}")
    require("warning: algorithm.anchor.refresh_every 0 with margin.pairing index" in done.stdout,
            done.stdout)


def refuse_existing_runs(refusals, folder, config):
    """A directory that holds a run is not touched by another, nor by one with other settings."""
    kedge("train", config, "train.steps=1")
    before = bytes_below(folder / "run", leave_out=("lock",))
    refusals.expect(
        ["train", config, "train.steps=1"], ["run.dir", "holds a run already", "--resume"]
    )
    refusals.expect(
        ["train", config, "--resume", "optimizer.learning_rate=0.5"],
        ["optimizer.learning_rate", "found 0.5", "step_000001 was trained with", "config.yaml"],
    )
    refusals.expect(
        ["train", config, "--resume", "run.seed=6"], ["run.seed", "found 6", "was trained with"]
    )
    require(bytes_below(folder / "run", leave_out=("lock",)) == before, "a refused run changed what lay there")

    latest = folder / "run" / "checkpoints" / "latest"
    latest.write_text("step_000009\n")
    refusals.expect(["train", config, "--resume"], ["latest", "'step_000009'", "not there"])
    latest.write_text("step_000001\n")
    optimizer = (
        folder / "run" / "checkpoints" / "step_000001" / "trainer_state" / "optimizer.safetensors"
    )
    data = bytearray(optimizer.read_bytes())
    data[-1] ^= 1
    optimizer.write_bytes(data)
    refusals.expect(
        ["train", config, "--resume", "train.steps=2"], ["state.json", "second_moment", "damaged"]
    )


def refuse_other_peoples_directories(refusals, folder, config):
    """Where a run cannot write, and where another one writes."""
    (folder / "a_file").write_text("")
    refusals.expect(
        ["train", config, f"run.dir={folder}/a_file/run"], ["run.dir", "cannot write", "a_file"]
    )
    used = folder / "used"
    words = ["train", config, f"run.dir={used}"]
    running = start(*words, "train.steps=1000000")
    try:
        require(wait_for_step(used, 1, running), "the first run ended by itself")
        refusals.expect(
            [*words, "--resume"], ["run.dir", f"in use by process {running.pid}", "wait"]
        )
    finally:
        running.kill()
        running.communicate()
    kedge(*words, "train.steps=1", "--resume")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        refusals = Refusals(folder)
        config = config_in(folder)
        refuse_configs(refusals, folder, config)
        refuse_data(refusals, folder, config)
        require(not (folder / "run").exists(), "a refused run left a directory behind")

        kedge("sft", config, f"run.dir={folder}/base", "train.steps=1", "train.eval_every_steps=0")
        good = folder / "base" / "checkpoints" / "final"
        refuse_models(refusals, folder, good)
        refuse_commands(refusals, folder, good)
        refuse_other_stores(refusals, folder, config)
        warn_of_bias(config)
        refuse_existing_runs(refusals, folder, config)
        refuse_other_peoples_directories(refusals, folder, config)
    print(
        f"{refusals.count} mistakes, each refused with its place, what was found and what is valid"
    )


if __name__ == "__main__":
    main()
