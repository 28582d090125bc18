"""What the checks that read the tree share: their command line and their self-test."""
import argparse
import sys
import tempfile
from pathlib import Path

FOLDERS = ["core", "comm", "model", "rewards", "rollout", "trainer", "cli"]


def self_test(problems, cases):
    """cases: {file: (text, part of the expected complaint or None)}. Makes that tree, expects exactly one
    complaint for each file that shall have one. Returns an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (text, _) in cases.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        found = problems(root)
    expected = {name: part for name, (_, part) in cases.items() if part}
    wrong = [line for line in found if expected.get(line.split(":")[0], "\0") not in line]
    missed = [name for name in expected if not any(line.startswith(name + ":") for line in found)]
    for line in wrong + missed:
        print(f"self-test: {line}", file=sys.stderr)
    return 1 if wrong or missed or len(found) != len(expected) else 0


def main(doc, problems, cases):
    """Prints problems(root) line by line; exit code 1 when there are any."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test(problems, cases)
    found = problems(arguments.root)
    for line in found:
        print(line)
    return 1 if found else 0
