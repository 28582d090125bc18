"""Kill a run anywhere and resume it: the same bits as the run that was never stopped."""

import random
import signal
import tempfile
import time
from pathlib import Path

from support import config_in, kedge, require, require_equal, start, state_of, wait_for_step

STEPS = 12
LAST = f"step_{STEPS:06d}"


def interrupted(words, run, step, delay, how):
    """Starts a run, sends `how` some time after `step`; the exit code."""
    process = start(*words, f"run.dir={run}", "--resume")
    wait_for_step(run, step, process)
    time.sleep(delay)
    process.send_signal(how)
    process.communicate(timeout=60)
    return process.returncode


def kill_and_resume(words, folder, expected, draw, wanted):
    """Kills `wanted` runs at random moments, resumes each, compares."""
    landed = attempt = 0
    while landed < wanted:
        attempt += 1
        require(attempt <= 20, f"only {landed} of 20 runs were still going when the kill arrived")
        run, step, delay = (
            f"{folder}/killed_{attempt}",
            draw.randrange(1, STEPS),
            draw.uniform(0, 0.02),
        )
        left_with = interrupted(words, run, step, delay, signal.SIGKILL)
        require(left_with in (-signal.SIGKILL, 0), f"kill at step {step}: exit code {left_with}")
        if left_with == 0:
            continue
        landed += 1
        kedge(*words, f"run.dir={run}", "--resume")
        require_equal(state_of(run, LAST), expected, f"killed {delay:.4f} s after step {step}")
        print(f"{words[0]} killed {delay:.4f} s after step {step}: same bits after the resume")


def kill_again_and_again(words, folder, expected, draw):
    """A run that is killed while it resumes, until it gets through."""
    run, kills = f"{folder}/again", 0
    for step in (2, 4, 5, 7, 10):
        kills += interrupted(words, run, step, draw.uniform(0, 0.02), signal.SIGKILL) != 0
    kedge(*words, f"run.dir={run}", "--resume")
    require_equal(state_of(run, LAST), expected, f"killed {kills} times")
    print(f"killed {kills} times: same bits in the end")


def stop_politely(words, folder, expected, how, code):
    """SIGTERM and SIGINT: the run saves, leaves with its own code, and goes on."""
    run = f"{folder}/{how.name}"
    left_with = interrupted(words, run, 4, 0, how)
    if left_with != 0:  # 0: it was through before the signal
        require(left_with == code, f"{how.name}: exit code {left_with}, not {code}")
        latest = (Path(run) / "checkpoints" / "latest").read_text().strip()
        require(
            (Path(run) / "checkpoints" / latest / "trainer_state").is_dir(),
            f"{how.name}: nothing saved",
        )
        require(latest != LAST, f"{how.name}: the run went on to its end")
        kedge(*words, f"run.dir={run}", "--resume")
    require_equal(state_of(run, LAST), expected, how.name)
    print(f"{how.name}: exit {left_with}, same bits after the resume")


def main():
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        config = config_in(folder)
        sft = ["sft", config, "sft.demonstrations_per_step=16", f"train.steps={STEPS}"]
        kedge(*sft, f"run.dir={folder}/base")
        kill_and_resume(sft, folder + "/sft", state_of(f"{folder}/base", LAST), draw, 1)

        train = [
            "train",
            config,
            "model.new=null",
            "model.tokenizer=''",
            f"model.path={folder}/base/checkpoints/final",
        ]
        kedge(*train, f"run.dir={folder}/run")
        expected = state_of(f"{folder}/run", LAST)
        kill_and_resume(train, folder, expected, draw, 3)
        kill_again_and_again(train, folder, expected, draw)
        stop_politely(train, folder, expected, signal.SIGTERM, 75)
        stop_politely(train, folder, expected, signal.SIGINT, 130)


if __name__ == "__main__":
    main()
