#!/usr/bin/env python3
"""Judges JSON lines {"completion", "answer"} with math-verify: one line {"score"} each (null: it raised),
then {"seconds"} of processor time. For scripts/compare_math_verify."""
import json
import logging
import sys
import time

from math_verify import parse, verify

logging.disable(logging.CRITICAL)
pairs = [json.loads(line) for line in sys.stdin]
scores = []
start = time.process_time()
for pair in pairs:
    try:
        scores.append(float(verify(parse(f"${pair['answer']}$"), parse(pair["completion"]))))
    except Exception:
        scores.append(None)
seconds = time.process_time() - start
for score in scores:
    print(json.dumps({"score": score}))
print(json.dumps({"seconds": seconds}))
