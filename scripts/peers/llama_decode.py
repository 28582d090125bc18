"""Decode with llama.cpp on the CPU: the peer that `kedge bench decode` is compared with.

  llama_decode.py make DIR      random weights of a Llama-shaped model of 102 M parameters, three
                                times over: DIR/hf (a Hugging Face directory for kedge),
                                DIR/fp32.gguf, DIR/bf16.gguf
  llama_decode.py measure FILE  one JSON line: tokens per second of a pass of --batch sequences

A pass is one llama_decode of one token per sequence, logits of all of them, no sampling: that is
less work than kedge's pass, which draws the tokens and their log-probs too. (The file may not be
named like the package it imports.)
"""
import argparse
import json
import os
import statistics
import struct
import time
from pathlib import Path

import numpy as np

SHAPE = dict(hidden=768, layers=12, heads=12, kv_heads=4, intermediate=2560, vocab=16384)
HEAD_DIM = SHAPE["hidden"] // SHAPE["heads"]
MAX_POSITION, THETA, EPS = 4096, 10000.0, 1e-6
FIRST_WORD = 0x4E00  # one character per token


def make_weights():
    """Hugging Face names -> fp32 arrays [outputs, inputs]; the head is the embedding."""
    random = np.random.default_rng(7)
    hidden, wide = SHAPE["hidden"], SHAPE["intermediate"]
    q, kv = SHAPE["heads"] * HEAD_DIM, SHAPE["kv_heads"] * HEAD_DIM
    matrix = lambda *shape: random.normal(0, 0.02, shape).astype(np.float32)  # noqa: E731
    weights = {"model.embed_tokens.weight": matrix(SHAPE["vocab"], hidden)}
    for i in range(SHAPE["layers"]):
        layer = f"model.layers.{i}."
        weights |= {
            layer + "input_layernorm.weight": np.ones(hidden, np.float32),
            layer + "self_attn.q_proj.weight": matrix(q, hidden),
            layer + "self_attn.k_proj.weight": matrix(kv, hidden),
            layer + "self_attn.v_proj.weight": matrix(kv, hidden),
            layer + "self_attn.o_proj.weight": matrix(hidden, q),
            layer + "post_attention_layernorm.weight": np.ones(hidden, np.float32),
            layer + "mlp.gate_proj.weight": matrix(wide, hidden),
            layer + "mlp.up_proj.weight": matrix(wide, hidden),
            layer + "mlp.down_proj.weight": matrix(hidden, wide),
        }
    weights["model.norm.weight"] = np.ones(hidden, np.float32)
    return weights


def write_safetensors(path, weights):
    header, offset = {}, 0
    for name, array in weights.items():
        header[name] = dict(dtype="F32", shape=list(array.shape),
                            data_offsets=[offset, offset + array.nbytes])
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for array in weights.values():
            out.write(array.tobytes())


def write_hugging_face(folder, weights):
    folder.mkdir(parents=True, exist_ok=True)
    config = dict(
        architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=SHAPE["hidden"],
        num_hidden_layers=SHAPE["layers"], num_attention_heads=SHAPE["heads"],
        num_key_value_heads=SHAPE["kv_heads"], head_dim=HEAD_DIM,
        intermediate_size=SHAPE["intermediate"], vocab_size=SHAPE["vocab"], hidden_act="silu",
        max_position_embeddings=MAX_POSITION, rms_norm_eps=EPS, rope_theta=THETA,
        tie_word_embeddings=True, eos_token_id=1)
    words = {chr(FIRST_WORD + i): i for i in range(SHAPE["vocab"])}
    tokenizer = dict(version="1.0", added_tokens=[], model=dict(type="BPE", vocab=words, merges=[]))
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(eos_token=chr(FIRST_WORD + 1))))
    write_safetensors(folder / "model.safetensors", weights)


def interleaved(array, heads):
    """Rows of q or k from Hugging Face's rotary layout (halves) to llama.cpp's (pairs)."""
    return np.ascontiguousarray(
        array.reshape(heads, 2, HEAD_DIM // 2, -1).swapaxes(1, 2).reshape(array.shape))


def gguf_name(name):
    names = {"model.embed_tokens": "token_embd", "model.norm": "output_norm",
             "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
             "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
             "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
             "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
    stem = name.removesuffix(".weight")
    if not stem.startswith("model.layers."):
        return names[stem] + ".weight"
    index, part = stem.removeprefix("model.layers.").split(".", 1)
    return f"blk.{index}.{names[part]}.weight"


def write_gguf(path, weights, bf16):
    import gguf
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(MAX_POSITION)
    writer.add_embedding_length(SHAPE["hidden"])
    writer.add_block_count(SHAPE["layers"])
    writer.add_feed_forward_length(SHAPE["intermediate"])
    writer.add_head_count(SHAPE["heads"])
    writer.add_head_count_kv(SHAPE["kv_heads"])
    writer.add_layer_norm_rms_eps(EPS)
    writer.add_rope_dimension_count(HEAD_DIM)
    writer.add_rope_freq_base(THETA)
    writer.add_vocab_size(SHAPE["vocab"])
    writer.add_tokenizer_model("none")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_BF16 if bf16 else gguf.LlamaFileType.ALL_F32)
    kind = gguf.GGMLQuantizationType.BF16
    for name, array in weights.items():
        if "q_proj" in name:
            array = interleaved(array, SHAPE["heads"])
        if "k_proj" in name:
            array = interleaved(array, SHAPE["kv_heads"])
        if bf16 and array.ndim == 2:
            writer.add_tensor(gguf_name(name), gguf.quants.quantize(array, kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make(folder):
    weights = make_weights()
    write_hugging_face(folder / "hf", weights)
    write_gguf(folder / "fp32.gguf", weights, bf16=False)
    write_gguf(folder / "bf16.gguf", weights, bf16=True)


class Sequences:
    """`batch` parallel sequences in one llama.cpp context, through its batched interface."""

    CHUNK = 512  # tokens of one llama_decode at most

    def __init__(self, arguments):
        import llama_cpp
        self.lib, self.batch = llama_cpp, arguments.batch
        llama_cpp.llama_backend_init()
        self.log = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(self.log, None)
        model_options = llama_cpp.llama_model_default_params()
        model_options.n_gpu_layers = 0
        self.model = llama_cpp.llama_model_load_from_file(str(arguments.file).encode(),
                                                          model_options)
        options = llama_cpp.llama_context_default_params()
        # Every sequence gets an equal share, in whole blocks of 256 cells.
        row = -(-(arguments.context + arguments.new_tokens) // 256) * 256
        options.n_ctx = self.batch * row
        options.n_batch = options.n_ubatch = max(self.CHUNK, self.batch)
        options.n_seq_max = self.batch
        options.n_threads = options.n_threads_batch = arguments.threads
        self.context = llama_cpp.llama_init_from_model(self.model, options)
        if not self.model or not self.context:
            raise SystemExit(f"llama.cpp did not load {arguments.file}")
        self.memory = llama_cpp.llama_batch_init(options.n_batch, 0, 1)

    def decode(self, cells):
        """cells: (token, position, sequence, wants logits); llama_decode, then wait for it."""
        memory = self.memory
        memory.n_tokens = len(cells)
        for i, (token, position, sequence, logits) in enumerate(cells):
            memory.token[i], memory.pos[i], memory.logits[i] = token, position, logits
            memory.n_seq_id[i] = 1
            memory.seq_id[i][0] = sequence
        begin = time.perf_counter()
        code = self.lib.llama_decode(self.context, memory)
        self.lib.llama_synchronize(self.context)
        if code:
            raise SystemExit(f"llama_decode of {len(cells)} tokens returned {code}")
        return time.perf_counter() - begin

    def prefill(self, tokens):
        cells = [(int(t), p, s, False) for s, row in enumerate(tokens) for p, t in enumerate(row)]
        for begin in range(0, len(cells), self.CHUNK):
            self.decode(cells[begin:begin + self.CHUNK])


def measure(arguments):
    sequences = Sequences(arguments)
    random = np.random.default_rng(11)
    draw = lambda *shape: random.integers(0, SHAPE["vocab"], shape)  # noqa: E731
    sequences.prefill(draw(arguments.batch, arguments.context))
    seconds = [
        sequences.decode([(int(token), arguments.context + step, s, True)
                          for s, token in enumerate(draw(arguments.batch))])
        for step in range(arguments.new_tokens)]
    middle = statistics.median(seconds[2:])
    return dict(peer="llama.cpp", version=sequences.lib.__version__, file=arguments.file.name,
                batch=arguments.batch, context=arguments.context, new_tokens=arguments.new_tokens,
                tokens_per_second=round(arguments.batch / middle, 1),
                ms_per_pass=round(middle * 1e3, 3), threads=arguments.threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make")
    maker.add_argument("folder", type=Path)
    meter = commands.add_parser("measure")
    meter.add_argument("file", type=Path)
    meter.add_argument("--batch", type=int, default=1)
    meter.add_argument("--context", type=int, default=64)
    meter.add_argument("--new-tokens", type=int, default=64)
    meter.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    if arguments.command == "make":
        make(arguments.folder)
    else:
        print(json.dumps(measure(arguments)))


if __name__ == "__main__":
    main()
