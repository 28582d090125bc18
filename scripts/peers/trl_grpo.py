"""One GRPO step of TRL on the CPU: the peer that `kedge bench step` is compared with.

Random weights, fixed-length completions, the sizes of `kedge bench step`. Prints one JSON line with the
same keys: medians over the steps after the first. usage: trl_grpo.py --size tiny|small|100m [--steps N]
"""
import argparse
import json
import os
import statistics
import tempfile
import time

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", CUDA_VISIBLE_DEVICES="")

import torch  # noqa: E402  (the environment must be set first)
from datasets import Dataset  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import (PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM,  # noqa: E402
                          TrainerCallback)
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

SIZES = {
    "tiny": dict(hidden=128, layers=4, heads=4, kv_heads=2, intermediate=512, vocab=128),
    "small": dict(hidden=256, layers=6, heads=4, kv_heads=2, intermediate=1024, vocab=1024),
    "100m": dict(hidden=768, layers=12, heads=12, kv_heads=4, intermediate=2560, vocab=16384),
}
PROMPTS, SAMPLES, PROMPT_TOKENS = 8, 8, 32


def make_tokenizer(vocab):
    words = {f"t{i}": i for i in range(vocab)}
    inner = Tokenizer(models.WordLevel(words, unk_token="t0"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="t0", eos_token="t1",
                                   unk_token="t0", padding_side="left")


def make_model(size):
    return Qwen2ForCausalLM(Qwen2Config(
        hidden_size=size["hidden"], num_hidden_layers=size["layers"],
        num_attention_heads=size["heads"], num_key_value_heads=size["kv_heads"],
        intermediate_size=size["intermediate"], vocab_size=size["vocab"], tie_word_embeddings=True,
        max_position_embeddings=4096, eos_token_id=1, pad_token_id=0, bos_token_id=None))


def make_prompts(vocab):
    return Dataset.from_list([
        {"prompt": " ".join(f"t{(7 * i + 3 * j) % (vocab - 8) + 4}" for j in range(PROMPT_TOKENS))}
        for i in range(64)])


class StepClock(TrainerCallback):
    def __init__(self):
        self.seconds = []

    def on_step_begin(self, *args, **kwargs):
        self.begin = time.perf_counter()

    def on_step_end(self, *args, **kwargs):
        self.seconds.append(time.perf_counter() - self.begin)


def run(arguments):
    size = SIZES[arguments.size]
    torch.manual_seed(0)
    model = make_model(size)
    clock, generation = StepClock(), []
    with tempfile.TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            model=model, processing_class=make_tokenizer(size["vocab"]),
            train_dataset=make_prompts(size["vocab"]), callbacks=[clock],
            reward_funcs=lambda completions, **_: [float(hash(c) % 2) for c in completions],
            args=GRPOConfig(
                output_dir=folder, per_device_train_batch_size=PROMPTS * SAMPLES,
                num_generations=SAMPLES, max_completion_length=arguments.new_tokens,
                max_steps=arguments.steps, learning_rate=1e-5, beta=0.0, temperature=1.0,
                use_cpu=True, bf16=arguments.bf16, gradient_checkpointing=False,
                generation_kwargs={"min_new_tokens": arguments.new_tokens}, logging_steps=1000,
                save_strategy="no", report_to=[], disable_tqdm=True))
        inner = trainer._generate_and_score_completions

        def timed(*args, **kwargs):
            begin = time.perf_counter()
            result = inner(*args, **kwargs)
            generation.append(time.perf_counter() - begin)
            return result

        trainer._generate_and_score_completions = timed
        trainer.train()
    step = statistics.median(clock.seconds[1:] or clock.seconds)
    generate = statistics.median(generation[1:] or generation)
    tokens = PROMPTS * SAMPLES * arguments.new_tokens
    return dict(
        peer="trl", size=arguments.size, parameters=sum(p.numel() for p in model.parameters()),
        rows=PROMPTS * SAMPLES, new_tokens=arguments.new_tokens, prompt_tokens=PROMPT_TOKENS,
        seconds_per_step=round(step, 4), generate_and_score_seconds=round(generate, 4),
        update_seconds=round(step - generate, 4),
        generated_tokens_per_second=round(tokens / step, 1),
        rollout_tokens_per_second=round(tokens / generate, 1), bf16=arguments.bf16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--bf16", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", len(os.sched_getaffinity(0)))))
    print(json.dumps(run(arguments)))


if __name__ == "__main__":
    main()
