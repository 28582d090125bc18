"""Ids and texts of the `tokenizers` library for tests/model/tokenizer/tokenizer_test.cc.

usage: tokenizer_oracle.py OUT [TOKENIZER_JSON ...]

Writes OUT/<i>.json (a tokenizer) and OUT/<i>.jsonl (its cases) for every given tokenizer and for some
trained here on the spot: byte-level BPE with the patterns of GPT-2, Llama 3, Qwen2 and DeepSeek,
and other combinations of parts.
"""

import json
import os
import random
import sys
import unicodedata

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers,
                        pre_tokenizers, processors, trainers)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
          r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
         r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
         r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"
         r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"
            r" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It's the dog's bone, they'll say; I'd've known!",
    "Once upon a time there was a little girl named Lily. She liked to play with her red ball.",
    "for (int i = 0; i < 10; ++i) { printf(\"%d\\n\", i * 1234567); }  // comment\n\n\n\treturn 0;\r\n",
    "Der Fluß fließt über die Brücke; naïve façade, Ångström, cœur, İstanbul, ǅ, ﬁ.",
    "数学は楽しい。我们今天学习数学,明天学习物理。안녕하세요 세계!",
    "Привет, мир! Γειά σου Κόσμε. שלום עולם. مرحبا بالعالم. नमस्ते दुनिया।",
    "🙂👩‍👩‍👧‍👦🇩🇪 x²+y²=z² ½ ⅷ Ⅳ ٣٤٥ १२३ ①② ∑∫√ →",
    "12 123 1234 12345 3.14159 1,000,000 0x1F 1e-9 7+5-3+8=17",
]

NASTY = [
    "", " ", "  ", "\n", "\r\n", "\t\t x", "   leading", "trailing   ", "a  b   c    d",
    "\u00a0\u2003x\u3000y\u180ez\u200bq\u2028w\u0085v\u001cu\ufeff", "a\u0301e\u0308\u0323 n\u0303", "\u1100\u1161\u11a8",
    "'S 'T 'RE 'Ve 'LL 'd 'ſ don'T I'M", "\u212a\u2126\u00c5 \ufb01\ufb03", "\0a\0", "\x7f\x80\x9f\xad\xff",
    "<s>hello</s>", "<s> hello </s> <unk>", "a<s>b<s></s>c", "<|im_start|>user\nhi<|im_end|>\n", "<|im_start|",
    " <mask> x<mask>y  <mask>  z", "the word wordy word. sword word", "Abc ABC aBc <T> <t>", "\u2581\u2581 a\u2581b",
    "<0x41><0xFF>", "<0xE2><0x82><0xAC>", "x" * 300, "ab" * 400, " " * 500, "\n" * 100 + "a", "=" * 200,
    "1" * 77, "é" * 120, "🙂" * 60, "\u0301" * 40, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \U000e0001 \U0010ffff \uffff \ufffd",
    "[gMASK] extra  extra ", "foo_bar-baz.qux/quux\\n", "http://example.com/?a=1&b=2#c", "…—–“”‘’„«»¿¡§¶",
]


def texts():
    rng = random.Random(7)
    cases = list(NASTY) + list(CORPUS)
    pools = [[chr(c) for c in range(32, 127)], [chr(c) for c in range(0x0, 0x250)],
             list(" \n\r\t\u00a0'sStTlLdD0123½²aé\u0301🙂世<>|_▁ſ"),
             [chr(c) for c in range(0x300, 0x3200)],
             ["<s>", "</s>", "<unk>", "<|im_start|>", "<|im_end|>", "<mask>", "word", " ", "\n", "a", "▁", "é"]]
    for i in range(400):
        pool = pools[i % len(pools)]
        cases.append("".join(rng.choice(pool) for _ in range(rng.randrange(1, 60))))
    for _ in range(200):
        chars = (rng.randrange(0x110000) for _ in range(rng.randrange(1, 20)))
        cases.append("".join(chr(c) for c in chars if not 0xD800 <= c < 0xE000))
    return [known(text) for text in cases]


def known(text):
    """Without young punctuation and combining marks, of which the library's tables are old, and without
    what Unicode 14 does not know, as PCRE2 may not either."""
    young = unicodedata.ucd_3_2_0.category
    return "".join(c for c in text if not (
        young(c) == "Cn" and (unicodedata.combining(c) or unicodedata.category(c)[0] == "P")
        or unicodedata.category(c) == "Cn" and ord(c) < 0x34000))


def byte_level(pre, vocab=700, normalizer=None, prefix=False, decoder=True, ignore_merges=False):
    tok = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tok.normalizer = normalizer
    tok.pre_tokenizer = pre
    if decoder:
        tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tok.train_from_iterator(CORPUS * 3, trainer)
    tok.add_special_tokens(["<s>", "</s>", "<|im_start|>", "<|im_end|>"])
    return tok


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), behavior, invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def flags():
    """Added tokens with every flag."""
    tok = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), normalizer=normalizers.NFC())
    tok.add_tokens([AddedToken("<mask>", lstrip=True, rstrip=True),
                    AddedToken("word", single_word=True), AddedToken("é", normalized=True),
                    AddedToken("ABC", normalized=False), AddedToken(" extra ", rstrip=True),
                    AddedToken("<mask>y", lstrip=True)])
    tok.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A $B </s>",
                                      special_tokens=[("<s>", tok.token_to_id("<s>")),
                                                      ("</s>", tok.token_to_id("</s>"))])])
    return tok


def metaspace(scheme, byte_fallback, unk=True, fuse=True):
    tok = Tokenizer(models.BPE(unk_token="<unk>" if unk else None, byte_fallback=byte_fallback,
                               fuse_unk=fuse))
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=scheme != "first")
    tok.decoder = decoders.Sequence([decoders.ByteFallback(),
                                     decoders.Metaspace(prepend_scheme=scheme)])
    special = ["<unk>", "<s>", "</s>"]
    if byte_fallback:
        special += [f"<0x{b:02X}>" for b in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=len(special) + 300, show_progress=False,
                                  special_tokens=special, limit_alphabet=40)
    tok.train_from_iterator(CORPUS[:2] * 3, trainer)
    if not byte_fallback:
        return tok
    data = json.loads(tok.to_str())  # byte tokens are ordinary tokens in real files
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(data))


def sentencepiece(prefix="▁"):
    tok = metaspace("never", True)
    data = json.loads(tok.to_str())
    data["pre_tokenizer"] = None
    data["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": prefix},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
    data["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    for token in data["added_tokens"]:
        token["normalized"] = token["content"] == "</s>"
    return Tokenizer.from_str(json.dumps(data))


def suffixed():
    tok = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>",
                               continuing_subword_prefix="##", fuse_unk=False))
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(),
        pre_tokenizers.Digits(individual_digits=True)])
    tok.normalizer = normalizers.Sequence([
        normalizers.NFKC(), normalizers.Replace(Regex(r"[\s]{2,}"), " ")])
    trainer = trainers.BpeTrainer(vocab_size=300, show_progress=False, limit_alphabet=60,
                                  special_tokens=["<unk>"], end_of_word_suffix="</w>",
                                  continuing_subword_prefix="##")
    tok.train_from_iterator(CORPUS, trainer)
    return tok


def built():
    yield byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    yield byte_level(split(LLAMA3), ignore_merges=True)
    yield byte_level(split(QWEN2), normalizer=normalizers.NFC())
    yield byte_level(split(GPT4O), vocab=500)
    yield byte_level(pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"\p{N}{1,3}"), "isolated"),
        pre_tokenizers.Split(Regex("[一-龥\u3040-ゟ゠-ヿ]+"), "isolated"), split(DEEPSEEK)]))
    for behavior in ["removed", "merged_with_previous", "merged_with_next", "contiguous"]:
        yield byte_level(split(r"\s|\d|[^\w\s]", behavior))
    yield byte_level(split(r"\w+|[^\w\s]+", "removed", invert=True))
    yield byte_level(pre_tokenizers.Sequence([pre_tokenizers.Digits(),
                                              pre_tokenizers.Punctuation("contiguous"),
                                              pre_tokenizers.ByteLevel()]), decoder=False)
    yield byte_level(split(r"\p{Han}+|[^\S\r\n]+|x*"), normalizer=normalizers.NFKD())
    yield flags()
    for scheme in ["always", "first", "never"]:
        yield metaspace(scheme, scheme != "always", unk=scheme != "never", fuse=scheme == "first")
    yield sentencepiece()
    yield sentencepiece(" x")
    yield suffixed()


def case(tok, text):
    ids = tok.encode(text, add_special_tokens=False).ids
    special = tok.encode(text, add_special_tokens=True).ids
    return {"text": text, "ids": ids, "special": special,
            "decoded": tok.decode(special, skip_special_tokens=False),
            "skipped": tok.decode(special, skip_special_tokens=True)}


def random_ids(tok, rng):
    """Ids in no sensible order: broken UTF-8, runs of bytes, special tokens anywhere."""
    ids = [rng.randrange(tok.get_vocab_size() + 2) for _ in range(rng.randrange(1, 12))]
    return {"ids_only": ids, "decoded": tok.decode(ids, skip_special_tokens=False),
            "skipped": tok.decode(ids, skip_special_tokens=True)}


def main():
    out, files = sys.argv[1], sys.argv[2:]
    toks = [Tokenizer.from_file(f) for f in files] + list(built())
    rng = random.Random(3)
    for i, tok in enumerate(toks):
        with open(os.path.join(out, f"{i}.json"), "w", encoding="utf-8") as f:
            f.write(tok.to_str())
        with open(os.path.join(out, f"{i}.jsonl"), "w", encoding="utf-8") as f:
            for text in texts():
                f.write(json.dumps(case(tok, text)) + "\n")
            for _ in range(300):
                f.write(json.dumps(random_ids(tok, rng)) + "\n")


if __name__ == "__main__":
    main()
