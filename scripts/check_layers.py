#!/usr/bin/env python3
"""Reads every include of the tree and checks who may include whom (design, section 3).

    check_layers.py [--root DIR]     list violations, exit 1 when there are any
    check_layers.py --self-test      make a small tree with one of each violation and expect them all
"""
import re
import sys

import tree_check
from tree_check import FOLDERS

MAY_INCLUDE = {
    "core": {"core"},
    "comm": {"core", "comm"},
    "model": {"core", "model"},
    "rewards": {"core", "rewards"},
    "rollout": {"core", "model", "rollout"},
    "trainer": {"core", "comm", "model", "rollout", "rewards", "trainer"},
    "cli": set(FOLDERS),
    "tests": set(FOLDERS) | {"tests"},
}
# The only files of rollout/ that may talk to other ranks.
ROLLOUT_WITH_COMM = re.compile(r"rollout/(?:\w+/)?(?:rollout_worker|worker|weight_inbox)\w*\.(?:h|cc)$")
SUFFIXES = {".h", ".cc", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# (what it is, which headers, which files may include them)
EXTERNAL = [
    ("MPI", re.compile(r"^mpi\.h$"), re.compile(r"^comm/mpi\w*\.|^tests/\w+/\w*mpi\w*\.")),
    ("NCCL", re.compile(r"^nccl\.h$"), re.compile(r"^comm/nccl\w*\.|^tests/\w+/\w*nccl\w*\.")),
    ("CUDA", re.compile(r"^(?:cuda|cublas|curand|cub/|driver_types)\w*"),
     re.compile(r"_cuda\w*\.|^comm/nccl\w*\.|^tests/\w+/\w*(?:cuda|nccl)\w*\.")),
    ("LibTorch", re.compile(r"^(?:torch|ATen|c10)/"),
     re.compile(r"^model/ops_aten\w*\.|_cuda\w*\.|^tests/(?:\w+/)*\w*aten\w*\.")),
]


def sources(root):
    for folder in FOLDERS + ["tests"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path.relative_to(root).as_posix()


def includes(root, name):
    for number, line in enumerate((root / name).read_text(encoding="utf-8").split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def project_problem(root, name, header):
    """What is wrong with an include of our own, or None."""
    folder, target = name.split("/")[0], header.split("/")[0]
    if not (root / header).is_file():
        return f'"{header}" is no file below the root'
    if target not in MAY_INCLUDE[folder]:
        if folder == "rollout" and target == "comm" and ROLLOUT_WITH_COMM.match(name):
            return None
        return f'{folder}/ may not include {target}/ ("{header}")'
    return None


def external_problem(name, header):
    """What is wrong with an include of a library, or None."""
    if header == "torch/torch.h" and name.endswith(".h"):
        return "torch/torch.h stands in a header"
    for library, headers, files in EXTERNAL:
        if headers.search(header) and not files.search(name):
            return f"{library} (<{header}>) is not for this file"
    return None


def own_header_problem(root, name, order):
    """x.cc includes x.h first, where there is one."""
    if not name.endswith(".cc") or not (root / f"{name[:-3]}.h").is_file():
        return None
    return None if order and order[0] == f"{name[:-3]}.h" else f'does not include "{name[:-3]}.h" first'


def problems(root):
    found = []
    for name in sources(root):
        order = []
        for number, own, header in includes(root, name):
            order.append(header)
            problem = project_problem(root, name, header) if own else external_problem(name, header)
            if problem:
                found.append(f"{name}:{number}: {problem}")
        problem = own_header_problem(root, name, order)
        if problem:
            found.append(f"{name}: {problem}")
    return found


SELF_TEST = {  # file: (text, part of the expected complaint or None)
    "core/good.h": ("#include <vector>\n", None),
    "core/good.cc": ('#include "core/good.h"\n', None),
    "core/late.h": ("\n", None),
    "core/late.cc": ('#include "core/good.h"\n#include "core/late.h"\n', 'does not include "core/late.h" first'),
    "core/up.cc": ('#include "model/a.h"\n', "core/ may not include model/"),
    "model/a.h": ("#include <torch/torch.h>\n", "torch/torch.h stands in a header"),
    "model/ops_aten.cc": ("#include <ATen/ATen.h>\n", None),
    "model/other.cc": ("#include <ATen/ATen.h>\n", "LibTorch (<ATen/ATen.h>)"),
    "model/sideways.cc": ('#include "comm/b.h"\n', "model/ may not include comm/"),
    "comm/b.h": ("\n", None),
    "comm/mpi_backend.cc": ("#include <mpi.h>\n", None),
    "comm/tree.cc": ("#include <mpi.h>\n", "MPI (<mpi.h>)"),
    "comm/ring.cc": ("  #  include <nccl.h>\n", "NCCL (<nccl.h>)"),
    "rollout/rollout_worker.cc": ('#include "comm/b.h"\n', None),
    "rollout/engine.cc": ('#include "comm/b.h"\n', "rollout/ may not include comm/"),
    "rewards/local.cc": ('#include "local.h"\n', '"local.h" is no file below the root'),
    "trainer/gpu.cc": ("#include <cuda_runtime.h>\n", "CUDA (<cuda_runtime.h>)"),
    "model/copy_cuda.cc": ("#include <cuda_runtime.h>\n", None),
    "cli/all.cc": ('#include "comm/b.h"\n#include "core/good.h"\n', None),
    "tests/model/x_aten_test.cc": ("#include <torch/torch.h>\n", None),
    "tests/model/x_test.cc": ("#include <torch/torch.h>\n", "LibTorch"),
}


if __name__ == "__main__":
    sys.exit(tree_check.main(__doc__, problems, SELF_TEST))
