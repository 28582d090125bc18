"""Tables of mistakes for invalid_input_test.py: each with the words its message must hold, in
the order place, what was found, what is valid."""

import json
import struct

NORM = "model.norm.weight"
WEIGHTS = "model.safetensors"


def algorithm_cases():
    """Every refusal of the algorithm block, by key and conflict."""
    cases = []
    for estimator in ("aapo", "pvpo", "remax", "reinforce_pp", "given"):
        for rule in ("drop", "resample"):
            words = [f"algorithm={{advantage: {{estimator: {estimator}}}, zero_variance: {rule}}}"]
            cases.append((words, ["algorithm.zero_variance", f"'{rule}'", f"'{estimator}'", "keep"]))
    for estimator in ("group", "rloo", "opo", "pass_at_k", "reinforce_pp_baseline", "gpg", "aapo"):
        words = [f"algorithm.advantage.estimator={estimator}", "rollout.samples_per_prompt=1"]
        cases.append((words, ["algorithm.advantage.estimator", f"'{estimator}'",
                              "samples_per_prompt 1", "at least 2"]))
    for estimator in ("opo", "aapo", "gpg", "group"):
        words = [f"algorithm={{advantage: {{estimator: {estimator}}}, critic: {{}}}}"]
        cases.append((words, ["algorithm.critic", f"'{estimator}'", "only gae"]))
    for estimator in ("k1", "abs"):
        words = [f"algorithm.kl={{coef: 0.1, estimator: {estimator}}}"]
        cases.append((words, ["algorithm.kl.estimator", f"'{estimator}'", "k2", "algorithm.kl.force"]))
    return cases + [
        (
            ["algorithm.advantage.estimator=gae"],
            ["algorithm.advantage.estimator", "'gae'", "without a critic", "any other estimator"],
        ),
        (
            ["algorithm={advantage: {estimator: gae}, critic: {}}"],
            ["algorithm.advantage.estimator", "'gae'", "trains no value head"],
        ),
        (
            ["algorithm.advantage.estimator=remax"],
            ["algorithm.anchor.greedy", "false", "'remax'", "true"],
        ),
        (
            ["algorithm={preset: aapo, anchor: {samples: 3}}"],
            ["algorithm.anchor.samples", "3 for 4 samples", "index", "one reference sample"],
        ),
        (
            ["algorithm={preset: pvpo, injection: {}}"],
            ["algorithm.injection.trajectories", "missing", "a file of trajectories"],
        ),
        (
            ["algorithm={preset: pvpo, injection: {trajectories: absent.jsonl}}"],
            ["algorithm.injection.trajectories", "cannot read 'absent.jsonl'", "JSON lines"],
        ),
        (
            ["algorithm={preset: pvpo, injection: {trajectories: a.jsonl, per_group: 4}}"],
            ["algorithm.injection.per_group", "found 4 of 4", "fewer"],
        ),
        (
            ["algorithm.prompt_filter={metric: exact_anser}"],
            ["algorithm.prompt_filter.metric", "'exact_anser'", "'exact_answer'?", "regex_match"],
        ),
        (
            ["algorithm.prompt_filter={rule: range, low: 0.5, high: 0.5}"],
            ["algorithm.prompt_filter.low", "0.5", "below high"],
        ),
        (
            ["algorithm.anchor.weights=old"],
            ["algorithm.anchor.weights", "'old'", "initial, reference, current"],
        ),
        (
            ["algorithm.correction={kind: token_mask, low: 2, high: 1}"],
            ["algorithm.correction.low", "found 2", "above high"],
        ),
        (
            ["algorithm.reference.path=no/such/model", "algorithm.kl.coef=0.1"],
            ["no/such/model", "missing"],
        ),
    ]


def override_cases():
    """(overrides of the tiny config, words the message must hold)."""
    return algorithm_cases() + [
        # Names and types.
        (
            ["optimizer.learning_rte=1"],
            ["optimizer.learning_rte (command line)", "unknown key", "'learning_rate'?"],
        ),
        (["algorithm.kl.coeff=1"], ["algorithm.kl.coeff (command line)", "unknown key", "'coef'?"]),
        (
            ["data.train.shufle=true"],
            ["data.train.shufle", "unknown key", "'shuffle'?", "operands"],
        ),
        (["optimiser.learning_rate=1"], ["optimiser", "unknown key", "'optimizer'?", "placement"]),
        (["optimizer.learning_rate=fast"], ["optimizer.learning_rate", "'fast'", "a number"]),
        (["optimizer.learning_rate=nan"], ["optimizer.learning_rate", "'nan'", "a finite number"]),
        (["train.steps=1.5"], ["train.steps", "'1.5'", "an integer"]),
        (["train.split_groups=perhaps"], ["train.split_groups", "'perhaps'", "true or false"]),
        (["rollout.stop_strings={a: 1}"], ["rollout.stop_strings", "a map", "a list"]),
        (["train.steps.more=1"], ["train.steps.more", "inside '12' of", "tiny.yaml:"]),
        (["rewards.7.weight=1"], ["rewards.7.weight", "'7'", "a list of 2"]),
        # Ranges and choices.
        (["optimizer.learning_rate=-1"], ["optimizer.learning_rate", "found -1", "> 0"]),
        (["rollout.top_p=1.5"], ["rollout.top_p", "found 1.5", "0 < x <= 1"]),
        (["rollout.temperature=0"], ["rollout.temperature", "found 0", "> 0"]),
        (
            ["run.seed=99999999999999999999"],
            ["run.seed", "99999999999999999999", "18446744073709551615"],
        ),
        (
            ["optimizer.schedule=cosinus"],
            ["optimizer.schedule", "'cosinus'", "'cosine'?", "linear"],
        ),
        (["compute.numerics=exakt"], ["compute.numerics", "'exakt'", "'exact'?", "reference"]),
        # Entries of tables and their settings.
        (["data.train.task=sum"], ["data.train.task", "'sum'", "'sums'?", "countdown"]),
        (["data.train.operandz=[3,4]"], ["data.train.operandz", "unknown key", "'operands'?"]),
        (["data.train.operands=[6,3]"], ["data.train.operands", "[6, 3]", "fewest first"]),
        (
            ["rewards.0.name=exact_anser"],
            ["rewards[0].name", "tiny.yaml:", "'exact_anser'", "'exact_answer'?", "mentions"],
        ),
        (["rewards.0.normalise=squad"], ["rewards[0].normalise", "unknown key", "'normalize'?"]),
        (["rewards.1.pattern='['"], ["rewards[1].pattern", "'['", "offset 1"]),
        (
            ["rewards=[{name: exact_answer}, {name: exact_answer}]"],
            ["rewards[1]", "'exact_answer'", "`as`"],
        ),
        (
            ["rewards=[{name: mentions}]"],
            ["prompt sums:0", "no column 'words'", "mentions", "operands"],
        ),
        (["algorithm.preset=grop"], ["algorithm.preset", "'grop'", "'grpo'?", "dapo"]),
        (["rollout.strategy.name=plane"], ["rollout.strategy.name", "'plane'", "'plain'?"]),
        (["model.new.family=gpt2"], ["model.new", "'gpt2'", "llama, qwen2, qwen3"]),
        # Rules between keys.
        (["rewards=[]"], ["rewards", "no reward", "at least one"]),
        (
            ["rollout.samples_per_prompt=1"],
            ["algorithm.advantage.estimator", "samples_per_prompt 1", "at least 2"],
        ),
        (
            ["algorithm={kl: {coef: 0.1}, reward: {kl_coef: 0.1}}"],
            ["algorithm.reward.kl_coef", "0.1", "not in both"],
        ),
        (
            ["algorithm.aggregate.mode=seq_mean_token_sum_norm"],
            ["algorithm.aggregate.divisor", "null", "a number of tokens"],
        ),
        (["algorithm.clip.dual=1.1"], ["algorithm.clip.dual", "1.1", "above 1 + high"]),
        (["placement.staleness=1"], ["placement.staleness", "found 1", "valid: 0"]),
        (["placement.mode=disaggregated"], ["placement.mode", "disaggregated", "colocated"]),
        (
            ["compute.weights=bf16", "compute.numerics=reference"],
            ["compute.weights", "bf16", "exact"],
        ),
        (
            ["train.minibatches_per_batch=9"],
            ["train.minibatches_per_batch", "found 9", "at most", "8"],
        ),
        (["rollout.max_new_tokens=96"], ["rollout.max_new_tokens", "found 96", "context of 96"]),
        (["model.new.heads=3"], ["model.new.heads", "3 heads for hidden 32", "divisor"]),
        (["model.new.kv_heads=3"], ["model.new.kv_heads", "3", "a divisor of heads, 2"]),
        (["model.new.vocab=10"], ["model.new", "256", "0 to 9"]),
        (["model.path=no/such/dir"], ["model", "both path and new", "one of them"]),
        (["model.new=null"], ["model", "neither path nor new", "one of them"]),
        (
            ["model.new=null", "model.tokenizer=''", "model.path=no/such/dir"],
            ["no/such/dir/", "cannot be read"],
        ),
        (["model.tokenizer=no/such/dir"], ["no/such/dir/tokenizer.json", "cannot be read"]),
        (
            ["data.train.file=a.jsonl"],
            ["data.train", "both task 'sums' and file 'a.jsonl'", "one of them"],
        ),
        (["data.eval=null"], ["data.eval", "no prompts", "eval_every_steps", "task or file"]),
    ]


def config_file_cases():
    """(text of broken.yaml, words)."""
    return [
        ("run: {name: [", ["broken.yaml:1", "broken YAML"]),
        ("run: {}\ntrain: {}\nrun: {}\n", ["broken.yaml:3", "'run'", "twice", "broken.yaml:1"]),
        (
            "train:\n  steps: 3\n  step: 4\n",
            ["train.step", "broken.yaml:3", "unknown key", "'steps'?"],
        ),
        ("- run\n- train\n", ["broken.yaml", "a list of 2", "a map of sections"]),
    ]


def header_of(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def edit_weights(change):
    """change(header, body) may return another body."""

    def damage(model):
        header, body = header_of(model / WEIGHTS)
        body = change(header, body) or body
        text = json.dumps(header).encode()
        (model / WEIGHTS).write_bytes(struct.pack("<Q", len(text)) + text + body)

    return damage


def remove_norm(header, body):
    """Leaves no hole: the tensors behind it move up."""
    begin, end = header.pop(NORM)["data_offsets"]
    for name, entry in header.items():
        if name != "__metadata__" and entry["data_offsets"][0] >= end:
            entry["data_offsets"] = [at - (end - begin) for at in entry["data_offsets"]]
    return body[:begin] + body[end:]


def flatten_norm(header, body):
    header[NORM]["shape"] = [16, 2]


def add_tensor(header, body):
    header["model.extra.weight"] = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


def update_norm(**values):
    return edit_weights(lambda header, body: header[NORM].update(values))


def edit_config(**values):
    def damage(model):
        path = model / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return damage


def write(name, data):
    return lambda model: (model / name).write_bytes(data)


def remove(name):
    return lambda model: (model / name).unlink()


def cut(name, at):
    return lambda model: (model / name).write_bytes((model / name).read_bytes()[:at])


def lying_length(model):
    path = model / WEIGHTS
    path.write_bytes(struct.pack("<Q", 1 << 40) + path.read_bytes()[8:])


def model_cases():
    """(what is done to a good model directory, words)."""
    return [
        (remove(WEIGHTS), [WEIGHTS, "missing", "weights"]),
        (write(WEIGHTS, b"abc"), [WEIGHTS, "3 bytes", "8 bytes of header length"]),
        (cut(WEIGHTS, -100), [WEIGHTS, "tensor model.", "truncated"]),
        (cut(WEIGHTS, 200), [WEIGHTS, "header claims", "192", "truncated"]),
        (lying_length, [WEIGHTS, "header claims 1099511627776", "truncated"]),
        (write(WEIGHTS, struct.pack("<Q", 9) + b'{"a": [1}'), [WEIGHTS, "JSON"]),
        (update_norm(data_offsets=[0, 1 << 40]), [WEIGHTS, NORM, "128 bytes", "1099511627776"]),
        (update_norm(data_offsets=[64, -64]), [WEIGHTS, NORM]),
        (update_norm(dtype="F13"), [WEIGHTS, NORM, "'F13'", "BF16"]),
        (update_norm(shape=[31]), [WEIGHTS, NORM, "124 bytes", "128"]),
        (edit_weights(flatten_norm), [WEIGHTS, NORM, "[16, 2]", "[32]"]),
        (edit_weights(remove_norm), [WEIGHTS, NORM, "missing"]),
        (edit_weights(add_tensor), [WEIGHTS, "model.extra.weight", "no part of this model"]),
        (remove("config.json"), ["config.json", "missing", "Hugging Face"]),
        (write("config.json", b"{"), ["config.json:1", "broken JSON"]),
        (
            edit_config(model_type="mamba"),
            ["config.json", "model_type", "'mamba'", "llama, qwen2, qwen3"],
        ),
        (
            edit_config(
                model_type="qwen2", use_sliding_window=True, sliding_window=64, max_window_layers=1
            ),
            ["config.json", "sliding_window", "64", "full attention"],
        ),
        (edit_config(hidden_act="gelu"), ["config.json", "hidden_act", "gelu", "silu"]),
        (edit_config(hidden_size="32"), ["config.json", "hidden_size", "32", "integer"]),
        (
            edit_config(hidden_size=48),
            [WEIGHTS, "model.embed_tokens.weight", "[258, 32]", "[258, 48]"],
        ),
        (
            edit_config(num_key_value_heads=7),
            ["config.json", "num_key_value_heads", "found 7", "divisor"],
        ),
        (
            edit_config(rope_scaling={"rope_type": "yarn", "factor": 2.0}),
            ["config.json", "rope_type", "yarn", "llama3"],
        ),
        (remove("tokenizer.json"), ["tokenizer.json", "cannot be read"]),
        (
            write("tokenizer.json", b'{"model": {"type": "Unigram"}}'),
            ["tokenizer.json", "Unigram", "BPE"],
        ),
        (write("tokenizer.json", b'{"model": '), ["tokenizer.json:1", "broken JSON"]),
    ]


def data_cases():
    """(text of train.jsonl, overrides, words)."""
    long = json.dumps({"prompt": "x" * 300, "answer": "b"}) + "\n"
    fine = '{"prompt": "a", "answer": "b"}\n'
    return [
        ("", [], ["train.jsonl", "no prompt", "one JSON object per line"]),
        (fine + '{"prompt": \n', [], ["train.jsonl:2", "broken JSON"]),
        (fine + "\n[1, 2]\n", [], ["train.jsonl:3", "a list of 2", "an object"]),
        (
            '{"promt": "a", "answer": "b"}\n',
            [],
            ["train.jsonl:1", "no column 'prompt'", "'promt'?"],
        ),
        ('{"prompt": 3, "answer": "b"}\n', [], ["train.jsonl:1", "'prompt' is 3", "a string"]),
        ('{"prompt": "", "answer": "b"}\n', [], ["train.jsonl:1", "empty prompt"]),
        (fine, ["data.train.columns.answer=gold"], ["train.jsonl:1", "no column 'gold'", "answer"]),
        (fine, ["data.train.template='{promt}'"], ["promt", "prompt"]),
        (
            fine,
            ["rewards=[{name: mentions}]", "train.eval_every_steps=0"],
            ["no column 'words'", "mentions"],
        ),
        (
            fine + long,
            ["data.train.too_long=error"],
            ["train.jsonl:2", "300 tokens", "at most 72", "drop"],
        ),
        (long, [], ["train.jsonl", "too long", "72"]),
    ]


def command_cases(model, rows):
    """(words of the command, words of the message); rows(lines) writes an input file."""
    generate = ["generate", "--model", model]
    return [
        (["trian"], ["command line", "'trian'", "'train'?", "tokenize"]),
        (["config", "shw"], ["command line", "'shw'", "'show'?"]),
        (["list", "reward"], ["command line", "'reward'", "'rewards'?", "tasks"]),
        (["train"], ["command line", "no config file", "YAML"]),
        (["train", "absent.yaml"], ["absent.yaml", "cannot be read", "YAML file"]),
        (["report", ".", "--colour"], ["--colour", "kedge report --help"]),
        (["report", "."], [".", "no metrics.jsonl", "directory of a run"]),
        (generate, ["command line", "no prompt given", "--prompt", "--input"]),
        (
            [*generate, "--prompt", "1", "--input", "x"],
            ["command line", "two sources of prompts", "exactly one"],
        ),
        ([*generate, "--prompt", "1", "--temperature", "hot"], ["--temperature", "'hot'", "> 0"]),
        ([*generate, "--prompt", "1", "--temperature", "nan"], ["--temperature", "'nan'", "> 0"]),
        ([*generate, "--prompt", "1", "--top-p", "0"], ["--top-p", "'0'", "0 < x <= 1"]),
        ([*generate, "--prompt", "1", "--threads", "-1"], ["--threads", "'-1'", ">= 0"]),
        ([*generate, "--prompt", "1", "--numerics", "exakt"], ["numerics", "'exakt'", "'exact'?"]),
        ([*generate, "--prompt", "1" * 96], ["--prompt", "96 tokens", "context of 96"]),
        ([*generate, "--input", "absent.jsonl"], ["absent.jsonl", "cannot be read"]),
        ([*generate, "--input", "."], [".", "cannot be read", "directory"]),
        (
            [*generate, "--input", rows('{"prompt_ids": [1]}', '{"prompt_ids": [258]}')],
            ["rows.jsonl:2", "258", "0 to 257"],
        ),
        ([*generate, "--input", rows('{"text": "1"}')], ["rows.jsonl:1", "prompt"]),
        (
            [
                "score",
                "--model",
                model,
                "--input",
                rows('{"input_ids": [1, 2], "prompt_tokens": 3}'),
            ],
            ["rows.jsonl:1", "prompt_tokens 3", "2 tokens"],
        ),
        (
            [
                "score",
                "--model",
                model,
                "--input",
                rows('{"input_ids": [1, -2], "prompt_tokens": 1}'),
            ],
            ["rows.jsonl:1", "-2", "0 to 257"],
        ),
        (["tokenize", "--model", "."], ["tokenizer.json", "cannot be read"]),
    ]
