"""Somebody else's Llama directory and JSONL file: plan, train, kill, resume, evaluate, and give the
checkpoint back to transformers, which finds the same log-probs."""

import json
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from support import kedge, oracle_python, require, run_hash, start

MAKE = r"""
import json, sys
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
out = sys.argv[1]
fox = "the quick brown fox jumps over %d lazy dogs and counts to %d"
text = [fox % (i, i * 7) for i in range(200)]
tok = Tokenizer(models.BPE())
tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tok.decoder = decoders.ByteLevel()
tok.train_from_iterator(text, trainers.BpeTrainer(vocab_size=389, special_tokens=["<|end|>"],
                        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
PreTrainedTokenizerFast(tokenizer_object=tok, eos_token="<|end|>").save_pretrained(out)
torch.manual_seed(3)
model = LlamaForCausalLM(LlamaConfig(
    vocab_size=tok.get_vocab_size(), hidden_size=40, num_hidden_layers=3,
    num_attention_heads=5, num_key_value_heads=1, head_dim=8, intermediate_size=72,
    max_position_embeddings=128, tie_word_embeddings=False, eos_token_id=0, bos_token_id=None,
    initializer_range=0.2))
model.save_pretrained(out)
print(json.dumps([tok.encode(t).ids for t in ("how many dogs? 17", "naïve – ✓")]))
"""

SCORE = r"""
import json, sys
import torch
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
for line in open(sys.argv[2]):
    row = json.loads(line)
    ids = torch.tensor([row["input_ids"]])
    logprobs = torch.log_softmax(model(ids).logits[0].double(), -1)
    n = row["prompt_tokens"]
    print(json.dumps([logprobs[i - 1, ids[0, i]].item() for i in range(n, ids.shape[1])]))
"""

EVENTS = r"""
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
tags = events.Tags()["scalars"]
print(json.dumps({tag: [event.step for event in events.Scalars(tag)] for tag in tags}))
"""

CONFIG = """
run: {{name: foreign, dir: {dir}/run}}
model: {{path: {dir}/model}}
data:
  train: {{file: {dir}/train.jsonl, columns: {{prompt: question, answer: gold}}}}
  eval: {{file: {dir}/train.jsonl, columns: {{prompt: question, answer: gold}}, prompts: 8}}
rollout: {{prompts_per_step: 4, samples_per_prompt: 4, max_new_tokens: 12}}
rewards: [{{name: regex_match, pattern: "[aeiou]", mode: search, metric: true}}]
algorithm: {{preset: grpo, kl: {{coef: 0.01}}}}
train: {{steps: 3, eval_every_steps: 3, checkpoint_every_steps: 1}}
"""


def run_oracle(python, program, *words):
    done = subprocess.run([python, "-c", program, *map(str, words)], capture_output=True, text=True)
    require(done.returncode == 0, done.stderr[-2000:])
    return done.stdout


def killed_after_a_checkpoint(config, folder):
    """A run that was killed between its first checkpoint and its end; its directory."""
    for attempt in range(20):
        run = Path(folder) / f"run_{attempt}"
        process = start("train", config, f"run.dir={run}")
        while process.poll() is None and not (run / "checkpoints" / "latest").exists():
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            print("killed after", (run / "checkpoints" / "latest").read_text().strip())
            return run
        require(process.returncode == 0, f"the run left with {process.returncode}")
    require(False, "20 runs ended before they could be killed")


def main():
    python = oracle_python("torch", "transformers", "tokenizers", "tensorboard")
    with tempfile.TemporaryDirectory() as folder:
        ids = json.loads(run_oracle(python, MAKE, f"{folder}/model"))
        ours = kedge(
            "tokenize", "--model", f"{folder}/model", input="how many dogs? 17\nnaïve – ✓\n"
        ).stdout
        require(
            [json.loads(line) for line in ours.splitlines()] == ids, f"token ids: {ours} and {ids}"
        )
        with open(f"{folder}/train.jsonl", "w") as file:
            for i in range(40):
                file.write(
                    json.dumps({"question": f"count {i} dogs", "gold": str(i), "extra": [i]}) + "\n"
                )
        config = Path(folder) / "foreign.yaml"
        config.write_text(CONFIG.format(dir=folder))

        require("parameters" in kedge("plan", config).stdout, "plan prints no parameters")
        run = killed_after_a_checkpoint(config, folder)
        resumed = kedge("train", config, f"run.dir={run}", "--resume")
        require(f"run hash {run_hash(run)}" in resumed.stderr, resumed.stderr)
        checkpoint = f"{run}/checkpoints/step_000003"
        evaluation = json.loads(kedge("eval", config, "--model", checkpoint).stdout)
        require(0.0 <= evaluation["eval/pass@1"] <= 1.0, evaluation)

        rows = [
            {"input_ids": [(7 * i + 3 * j) % 380 for j in range(20)], "prompt_tokens": 5}
            for i in range(3)
        ]
        Path(f"{folder}/rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        scored = kedge("score", "--model", checkpoint, "--input", f"{folder}/rows.jsonl").stdout
        theirs = run_oracle(python, SCORE, checkpoint, f"{folder}/rows.jsonl")
        gap = max(
            abs(a - b)
            for x, y in zip(scored.splitlines(), theirs.splitlines())
            for a, b in zip(json.loads(x)["logprobs"], json.loads(y))
        )
        print("largest difference to transformers:", gap)
        require(gap < 2e-4, f"log-probs differ from transformers' by {gap}")
        shown = json.loads(run_oracle(python, EVENTS, f"{run}/tb"))
        require(shown.get("critic/rewards/mean") == [1, 2, 3], f"TensorBoard finds steps {shown}")
        require(shown.get("eval/pass@1") == [0, 3], f"TensorBoard finds evaluations {shown}")


if __name__ == "__main__":
    main()
