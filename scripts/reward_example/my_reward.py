"""The smallest reward in Python. Change it, then: kedge reward test reward.yaml cases.jsonl"""


def mentions(completions, words, **kwargs):
    """How many of a prompt's words stand in the answer, as a share.

    `completions` is a list of answers; `words` the column of that name, one entry per answer. Return one
    number per answer, or None where it cannot be judged (the answer then leaves its group; a 0 would
    teach the model that it was wrong).
    """
    scores = []
    for answer, wanted in zip(completions, words):
        found = [word for word in wanted if word.lower() in answer.lower()]
        scores.append(len(found) / len(wanted) if wanted else None)
    return scores
