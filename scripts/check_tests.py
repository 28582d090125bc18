#!/usr/bin/env python3
"""Every source has its mirror test: tests/<folder>/<path>/<file>_test.cc for <folder>/<path>/<file>.cc.

Without a test of their own: main.cc, no_*.cc (absent features), and x_avx2.cc, x_avx512.cc, ...: the
code paths of one kernel source are tested together in x_test.cc or x_scalar_test.cc. A test without a
source, and a source over the size limit of the house style, are listed too.

    check_tests.py [--root DIR]     list what is missing, exit 1 when anything is
    check_tests.py --self-test      make a small tree and expect the right complaints
"""
import re
import sys

import tree_check
from tree_check import FOLDERS

CODE_PATH = re.compile(r"_(?:scalar|avx2|avx512|avx512bf16)$")
LINE_LIMIT = 700


def relative_sources(root, folder, pattern):
    base = root / folder
    return sorted(path.relative_to(root).as_posix() for path in base.rglob(pattern) if path.is_file())


def mirror_names(source):
    """The tests that may stand for this source."""
    stem = source[:-3]
    names = [f"tests/{stem}_test.cc"]
    if CODE_PATH.search(stem):
        kernel = CODE_PATH.sub("", stem)
        names += [f"tests/{kernel}_test.cc", f"tests/{kernel}_scalar_test.cc"]
    return names


def is_exempt(source):
    name = source.rsplit("/", 1)[1]
    return name == "main.cc" or name.startswith("no_")


def problems(root):
    found, mirrors = [], set()
    for folder in FOLDERS:
        for source in relative_sources(root, folder, "*.cc"):
            names = mirror_names(source)
            mirrors.update(names)
            if not is_exempt(source) and not any((root / name).is_file() for name in names):
                found.append(f"{source}: no {names[0]}")
        for header in relative_sources(root, folder, "*.h"):
            mirrors.add(f"tests/{header[:-2]}_test.cc")
        for test in relative_sources(root, f"tests/{folder}", "*_test.cc"):
            # x_aten_test.cc tests x.cc against LibTorch: apart, because it alone sees its headers.
            if test not in mirrors and test.replace("_aten_test.cc", "_test.cc") not in mirrors:
                found.append(f"{test}: tests no source of that name")
        for name in relative_sources(root, folder, "*.*"):
            if name.endswith((".h", ".cc")) and "/kernels/" not in name:
                lines = (root / name).read_text(encoding="utf-8").count("\n")
                if lines > LINE_LIMIT:
                    found.append(f"{name}: {lines} lines, at most {LINE_LIMIT}")
    return found


SELF_TEST = {  # file: (text, part of the expected complaint or None)
    "core/a.cc": ("", None),
    "tests/core/a_test.cc": ("", None),
    "core/b.cc": ("", "no tests/core/b_test.cc"),
    "core/header_only.h": ("", None),
    "tests/core/header_only_test.cc": ("", None),
    "tests/core/stray_test.cc": ("", "tests no source"),
    "cli/main.cc": ("", None),
    "comm/no_mpi.cc": ("", None),
    "model/kernels/k_avx2.cc": ("", None),
    "model/kernels/k_scalar.cc": ("", None),
    "tests/model/kernels/k_test.cc": ("", None),
    "trainer/deep/c.cc": ("", None),
    "tests/trainer/deep/c_test.cc": ("", None),
    "trainer/long.h": ("\n" * 701, "701 lines"),
    "model/kernels/long.h": ("\n" * 701, None),
}


if __name__ == "__main__":
    sys.exit(tree_check.main(__doc__, problems, SELF_TEST))
