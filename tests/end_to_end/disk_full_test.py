"""A checkpoint on a full disk: the run leaves with code 1 and says why, the former checkpoint stays
whole and loads, and once there is room the resumed run has the bits of one that never stopped."""

import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support import bytes_below, config_in, kedge, require, require_equal, state_of

STEPS = 6
CHECKPOINT = 300_000  # bytes of one, about: weights 97 kB, optimiser 194 kB
FILE_LIMIT = 150_000  # lets the weights pass, not the optimiser


@contextmanager
def small_disk(folder):
    """A file system of 2 MB, or an ordinary folder where mounting is not allowed."""
    place = Path(folder) / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    mounted = (
        bool(mount)
        and subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True
        ).returncode
        == 0
    )
    try:
        yield place, mounted
    finally:
        if mounted:
            subprocess.run(["umount", place], check=True)


@contextmanager
def room(place, left):
    """A ballast file takes all but `left` bytes of the disk."""
    ballast = place / "ballast"
    disk = os.statvfs(place)
    ballast.write_bytes(bytes(max(0, disk.f_bavail * disk.f_frsize - left)))
    try:
        yield
    finally:
        ballast.unlink()


def limit_file_size():
    """In the child: a write beyond the limit fails, as on a full disk, and ends nothing."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))


def fails(words, run, reason, **kwargs):
    """The run stops with the reason and leaves the checkpoint of step 3 as it is."""
    checkpoints = Path(run) / "checkpoints"
    before = bytes_below(checkpoints)
    done = kedge(*words, "--resume", check=False, **kwargs)
    require(done.returncode == 1, f"exit code {done.returncode}, not 1:\n{done.stderr}")
    require(
        reason in done.stderr and "[files]" in done.stderr, f"'{reason}' is not in: {done.stderr}"
    )
    require(str(run) in done.stderr, f"no file is named in: {done.stderr}")
    require_equal(bytes_below(checkpoints), before, "checkpoints after the failure")
    leftovers = [
        str(path)
        for path in Path(run).rglob("*")
        if ".tmp" in path.name or "unfinished" in path.name
    ]
    require(not leftovers, f"left behind: {leftovers}")
    require(
        (checkpoints / "latest").read_text() == "step_000003\n", "latest names another checkpoint"
    )
    answer = json.loads(
        kedge("generate", "--model", checkpoints / "step_000003", "--prompt", "1+1=").stdout
    )
    require(answer["completion_ids"], "the old checkpoint generates nothing")
    return done.stderr.strip().splitlines()[-1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        base = [
            "train",
            config_in(folder),
            "train.eval_every_steps=3",
            "train.checkpoint_every_steps=3",
        ]
        kedge(*base, f"train.steps={STEPS}", f"run.dir={folder}/whole")
        expected = state_of(f"{folder}/whole", f"step_{STEPS:06d}")
        with small_disk(folder) as (place, mounted):
            run = place / "run"
            kedge(*base, "train.steps=3", f"run.dir={run}")
            words = [*base, f"train.steps={STEPS}", f"run.dir={run}"]
            if mounted:
                # From no room at all (config.yaml, metrics) to room for all but the optimiser.
                for left in (0, 8_192, 16_384, 32_768, 65_536, 131_072, CHECKPOINT - 50_000):
                    with room(place, left):
                        print(f"{left} bytes left:", fails(words, run, "No space left on device"))
            else:
                print(fails(words, run, "File too large", preexec_fn=limit_file_size))
            kedge(*words, "--resume")
            require_equal(state_of(run, f"step_{STEPS:06d}"), expected, "resumed with room")
    print(
        "on a",
        "mounted disk" if mounted else "limited file size",
        "the old checkpoint stays, and goes on",
    )


if __name__ == "__main__":
    main()
