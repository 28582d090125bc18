"""Bad input: every mistake is refused with its place, what was found and what is valid; exit code 2; and a
refused run leaves nothing behind."""
import json
import shutil
import struct
import tempfile
from pathlib import Path

from support import TINY, config_in, kedge, require

FILE_RUN = TINY.replace("data: {{train: {{task: sums}}, eval: {{task: sums, prompts: 16}}}}",
                        "data: {{train: {{file: {dir}/train.jsonl}}, eval: {{task: sums, prompts: 16}}}}")


def override_cases():
    """(override of the tiny config, words the message must hold)."""
    return [
        ("optimizer.learning_rte=1", ["optimizer.learning_rte", "learning_rate"]),
        ("algorithm.kl.coeff=1", ["algorithm.kl.coeff", "coef"]),
        ("data.train.shufle=true", ["data.train", "shuf"]),
        ("optimiser.learning_rate=1", ["optimiser", "optimizer"]),
        ("optimizer.learning_rate=fast", ["optimizer.learning_rate", "fast", "number"]),
        ("train.steps=1.5", ["train.steps", "1.5"]),
        ("optimizer.learning_rate=-1", ["optimizer.learning_rate", "> 0"]),
        ("rollout.top_p=1.5", ["rollout.top_p", "1.5"]),
        ("rollout.temperature=0", ["rollout.temperature"]),
        ("optimizer.schedule=cosinus", ["optimizer.schedule", "cosine"]),
        ("compute.numerics=exakt", ["compute.numerics", "exact"]),
        ("train.steps.more=1", ["train.steps"]),
        ("rewards.7.weight=1", ["rewards", "7"]),
        ("data.train.task=sum", ["sum", "sums"]),
        ("data.train.operandz=[3,4]", ["operandz", "operands"]),
        ("data.train.operands=[6,3]", ["operands"]),
        ("rewards.0.name=exact_anser", ["exact_anser", "exact_answer"]),
        ("rewards.0.normalise=squad", ["normalise", "normalize"]),
        ("rewards.1.pattern='['", ["pattern"]),
        ("rewards=[{name: exact_answer}, {name: exact_answer}]", ["exact_answer"]),
        ("rollout.samples_per_prompt=1", ["samples_per_prompt"]),
        ("algorithm.preset=grop", ["grop", "grpo"]),
        ("algorithm={kl: {coef: 0.1}, reward: {kl_coef: 0.1}}", ["kl"]),
        ("algorithm.aggregate.mode=seq_mean_token_sum_norm", ["divisor"]),
        ("algorithm.clip.dual=1.1", ["dual"]),
        ("placement.staleness=1", ["placement.staleness", "0"]),
        ("placement.mode=disaggregated", ["placement.mode", "colocated"]),
        ("compute.weights=bf16 compute.numerics=reference", ["compute.weights", "exact"]),
        ("model.new.heads=3", ["head"]),
        ("model.new.family=gpt2", ["gpt2", "llama"]),
        ("model.path=no/such/dir", ["model"]),
        ("model.new.kv_heads=3", ["model.new.kv_heads"]),
        ("rewards=[{name: mentions}]", ["words"]),
    ]


def header_of(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def write_tensors(path, header, body):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def edit_header(change):
    def damage(model):
        path = model / "model.safetensors"
        header, body = header_of(path)
        change(header)
        write_tensors(path, header, body)
    return damage


def edit_config(**values):
    def damage(model):
        path = model / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return damage


NORM = "model.norm.weight"


def model_cases():
    """(what is done to a good model directory, words the message must hold)."""
    def truncate(model):
        path = model / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-100])

    def lying_length(model):
        path = model / "model.safetensors"
        path.write_bytes(struct.pack("<Q", 1 << 40) + path.read_bytes()[8:])

    def drop(header):
        header.pop(NORM)
        # The bytes of the dropped tensor would be a hole: this one is refused for either reason.

    def extra(header):
        header["model.extra.weight"] = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}

    return [
        (truncate, ["model.safetensors"]),
        (lying_length, ["model.safetensors"]),
        (lambda m: (m / "model.safetensors").write_bytes(b"abc"), ["model.safetensors"]),
        (edit_header(lambda h: h[NORM].update(data_offsets=[0, 1 << 40])), [NORM]),
        (edit_header(lambda h: h[NORM].update(dtype="F13")), [NORM, "F13"]),
        (edit_header(lambda h: h[NORM].update(shape=[31])), [NORM]),
        (edit_header(drop), ["model.safetensors"]),
        (edit_header(extra), ["model.extra.weight"]),
        (lambda m: (m / "model.safetensors").unlink(), ["model.safetensors"]),
        (lambda m: (m / "config.json").unlink(), ["config.json"]),
        (lambda m: (m / "config.json").write_text("{"), ["config.json"]),
        (edit_config(model_type="mamba"), ["mamba", "llama"]),
        (edit_config(hidden_act="gelu"), ["gelu"]),
        (edit_config(hidden_size=48), ["model."]),
        (edit_config(num_key_value_heads=7), ["key_value_heads"]),
        (edit_config(rope_scaling={"rope_type": "yarn", "factor": 2.0}), ["yarn"]),
        (lambda m: (m / "tokenizer.json").unlink(), ["tokenizer.json"]),
        (lambda m: (m / "tokenizer.json").write_text('{"model": {"type": "Unigram"}}'), ["Unigram"]),
    ]


def data_cases():
    """(text of train.jsonl, overrides, words the message must hold)."""
    return [
        ("", [], ["train.jsonl"]),
        ('{"prompt": "a", "answer": "b"}\n{"prompt": \n', [], ["train.jsonl:2"]),
        ('{"promt": "a", "answer": "b"}\n', [], ["train.jsonl:1", "promt"]),
        ('{"prompt": 3, "answer": "b"}\n', [], ["train.jsonl:1"]),
        (json.dumps({"prompt": "x" * 300, "answer": "b"}) + "\n", ["data.train.too_long=error"],
         ["train.jsonl:1"]),
    ]


def refused(words, expected, folder):
    done = kedge(*words, check=False, cwd=folder)
    what = " ".join(map(str, words[1:]))
    require(done.returncode == 2, f"{what}: exit code {done.returncode}\n{done.stderr}")
    for text in expected:
        require(text in done.stderr, f"{what}: '{text}' is not in: {done.stderr}")
    return 1


def main():
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        config = config_in(folder)
        for override, expected in override_cases():
            words = override.split(" ") if override.count("=") == 2 and "{" not in override else [override]
            count += refused(["train", config, *words], expected, folder)
        count += refused(["train", f"{folder}/absent.yaml"], ["absent.yaml"], folder)
        for text, expected in [("run: {name: [", ["broken.yaml:"]), ("run: {}\nrun: {}\n", ["broken.yaml:2", "run"])]:
            (Path(folder) / "broken.yaml").write_text(text)
            count += refused(["train", f"{folder}/broken.yaml"], expected, folder)
        require(not (Path(folder) / "run").exists(), "a refused run left a directory behind")

        file_config = Path(folder) / "file.yaml"
        file_config.write_text(FILE_RUN.format(dir=folder))
        count += refused(["train", file_config], ["train.jsonl"], folder)
        for text, overrides, expected in data_cases():
            (Path(folder) / "train.jsonl").write_text(text)
            count += refused(["train", file_config, *overrides], expected, folder)
        require(not (Path(folder) / "run").exists(), "a refused run left a directory behind")

        kedge("sft", config, f"run.dir={folder}/base", "train.steps=1", "train.eval_every_steps=0")
        good = Path(folder) / "base" / "checkpoints" / "final"
        for damage, expected in model_cases():
            bad = Path(folder) / "bad"
            shutil.rmtree(bad, ignore_errors=True)
            shutil.copytree(good, bad)
            damage(bad)
            count += refused(["generate", "--model", bad, "--prompt", "1+1="], expected, folder)

        kedge("train", config, "train.steps=1")
        count += refused(["train", config, "train.steps=1"], ["run"], folder)
        count += refused(["train", config, "--resume", "optimizer.learning_rate=0.5"], ["run"], folder)
    print(f"{count} mistakes, each refused with its place")


if __name__ == "__main__":
    main()
