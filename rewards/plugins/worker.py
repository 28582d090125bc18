"""Runs a user's reward function for kedge, in a process of its own.

Messages (rewards/plugins/frame.h) go over descriptor 3; standard output and error are the user's. The
function is recognised by the names of its parameters and called as the framework it was written for
would call it; nothing of it has to change.
"""
import array
import binascii
import importlib.util
import inspect
import json
import math
import numbers
import os
import sys
import time
import traceback
import types

FRAMES = 3
PROCESS = os.getpid()
LONGEST_NOTE = 500
QUICK_S = 0.001

SIGNATURES = (
    "TRL f(prompts, completions, completion_ids, <columns>, **kwargs); "
    "verl f(data_source, solution_str, ground_truth, extra_info); "
    "OpenRLHF f(queries, prompts, labels, **kwargs); "
    "verifiers f(prompt, completion, answer, state, info, <columns>)"
)


class Refused(Exception):
    """What the user's file or function is, and what it should be."""

    def __init__(self, found, valid=""):
        super().__init__(found)
        self.found, self.valid = found, valid


# ---- messages -----------------------------------------------------------------------------------

INPUT = open(FRAMES, "rb", buffering=1 << 16, closefd=False)


def read_message():
    header = INPUT.read(4)
    if len(header) < 4:
        return None
    size = int.from_bytes(header, "little")
    body = INPUT.read(size)
    return json.loads(body) if len(body) == size else None


def write_text(text):
    if os.getpid() != PROCESS:  # a child that the function forked and that came back from it
        os._exit(0)
    body = text.encode("utf-8", "replace")
    data = len(body).to_bytes(4, "little") + body
    written = os.write(FRAMES, data)
    while written < len(data):
        written += os.write(FRAMES, data[written:])


def write_message(message):
    write_text(json.dumps(message))


# ---- verdicts, as JSON text ---------------------------------------------------------------------


def shortened(text):
    return text if len(text) <= LONGEST_NOTE else text[:LONGEST_NOTE] + "..."


def verdict(kind, note):
    return json.dumps({"kind": kind, "note": shortened(note)})


def failed(note):
    return verdict("error", note)


def described(error):
    """Type, text and the line of the user's file (the deepest one) that it came through."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if not places:
        return text
    here = [f for f in places if f.filename == USER_FILE] or places
    return f"{text} ({os.path.basename(here[-1].filename)}:{here[-1].lineno})"


def verdict_of(value, note=""):
    """A function's answer for one completion; None abstains, and only finite numbers are scores."""
    if type(value) is not float:
        if value is None:
            return verdict("abstain", "the function returned None")
        if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a scalar of numpy or torch
            value = value.item()
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return failed(f"the function returned {value!r} ({type(value).__name__}), not a number")
        value = float(value)
    if not math.isfinite(value):
        return failed(f"the function returned {value!r}")
    if note:
        return json.dumps({"kind": "score", "score": value, "note": note})
    return '{"kind":"score","score":%r}' % value  # what json.dumps says, in a tenth of the time


def verdicts_of(values, count):
    """A batch function's answers: as many as completions, or all are errors; never spread out."""
    if hasattr(values, "tolist"):  # an array of numpy or torch
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        return [failed(f"the function returned {type(values).__name__}, not a list")] * count
    if len(values) != count:
        return [failed(f"the function returned {len(values)} values for {count} completions")] * count
    return [verdict_of(value) for value in values]


# ---- coroutines ---------------------------------------------------------------------------------

LOOP = None


def completed(awaitable):
    """Runs a coroutine to its end, in the one loop of this process."""
    global LOOP, asyncio
    if LOOP is None:
        import asyncio  # here, because most functions need none and it takes as long as Python itself

        LOOP = asyncio.new_event_loop()
        asyncio.set_event_loop(LOOP)
    return LOOP.run_until_complete(awaitable)


# ---- signatures ---------------------------------------------------------------------------------


class Function:
    """A user's function: what of an item it reads (`fields`), the parameters that its framework gives it
    (`known`; all others are columns), and how it is called."""

    def __init__(self, function, start):
        self.function = function
        self.parameters = {
            name: parameter
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        }
        self.any_keyword = any(
            p.kind == p.VAR_KEYWORD for p in inspect.signature(function).parameters.values()
        )
        self.is_async = inspect.iscoroutinefunction(function)
        self.extra = start.get("kwargs") or {}
        self.renamed = start.get("columns") or {}
        self.timeout_s = start["timeout_s"]
        self.whole_groups = start["whole_groups"]
        self.from_columns = [(name, self.column_of(name)) for name in self.free_parameters()]
        self.log = []
        unknown = [] if self.any_keyword else [n for n in self.extra if n not in self.parameters]
        if unknown:
            raise Refused(f"the function has no parameter '{unknown[0]}', which kwargs gives", "")

    def accepts(self, name):
        return self.any_keyword or name in self.parameters

    def free_parameters(self):
        """Parameters that must be columns: none of the signature's own, and not given by kwargs."""
        return [n for n in self.parameters if n not in self.known and n not in self.extra]

    def column_of(self, name):
        return self.renamed.get(name, name)

    def reads(self, every=False):
        """What {"op":"ready"} says: fields, columns (`every`: all), and columns that must be there."""
        columns = [column for _, column in self.from_columns]
        required = [
            column
            for name, column in self.from_columns
            if self.parameters[name].default is inspect.Parameter.empty
        ]
        return {
            "op": "ready",
            "signature": type(self).__name__,
            "fields": self.fields + ["answer", "columns"],
            "columns": None if every or self.any_keyword else [c for c in columns if c != "answer"],
            "required": [c for c in required if c != "answer"],
        }

    def columns(self, item):
        """Keyword arguments from an item's columns, by the function's names for them."""
        columns = {"answer": item["answer"], **item["columns"]}
        given = {name: columns[column] for name, column in self.from_columns if column in columns}
        if self.any_keyword:
            for name, value in columns.items():
                if name not in self.known:
                    given.setdefault(name, value)
        return given


def conversation(item):
    """The prompt as the frameworks give it: messages where it is one, else text; and the completion."""
    if "messages" in item:
        return item["messages"], [{"role": "assistant", "content": item["completion"]}]
    return item["prompt"], item["completion"]


def unpacked(ids):
    return array.array("i", binascii.unhexlify(ids)).tolist()


class BatchFunction(Function):
    """Called once for all items. One that raises for several is asked for each alone, so that only
    those that make it raise are errors."""

    def ready(self):
        return self.reads()

    def answer(self, items, reply):
        try:
            values = self.call(items)
            if inspect.isawaitable(values):
                values = completed(values)
            reply(0, verdicts_of(self.rewards_in(values), len(items)))
        except (Exception, SystemExit) as error:
            if len(items) == 1 or self.whole_groups:
                reply(0, [failed(described(error))] * len(items))
                return
            for i, item in enumerate(items):
                self.answer([item], lambda _, verdicts, i=i: reply(i, verdicts))

    def rewards_in(self, values):
        return values

    def batch_columns(self, items):
        """As columns(), one list per name."""
        rows = [item["columns"] for item in items]
        columns = dict(self.from_columns)
        if self.any_keyword:
            columns.setdefault("answer", "answer")
            for row in rows:
                for name in row:
                    if name not in self.known:
                        columns.setdefault(name, name)
        given = {}
        for name, column in columns.items():
            if column == "answer":
                given[name] = [item["columns"].get(column, item["answer"]) for item in items]
            elif any(column in row for row in rows):
                given[name] = [row.get(column) for row in rows]
        given.update(self.extra)
        return given


class TRL(BatchFunction):
    known = ("prompts", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric",
             "environments")

    def __init__(self, function, start):
        super().__init__(function, start)
        self.fields = ["prompt", "messages", "completion"]
        self.fields += ["packed_ids"] if self.accepts("completion_ids") else []
        self.fields += ["step"] if self.accepts("trainer_state") else []

    def call(self, items):
        pairs = [conversation(item) for item in items]
        arguments = self.batch_columns(items)
        own = {"prompts": [p for p, _ in pairs], "completions": [c for _, c in pairs]}
        if self.accepts("completion_ids"):
            own["completion_ids"] = [unpacked(item["packed_ids"]) for item in items]
        if self.accepts("trainer_state"):
            own["trainer_state"] = types.SimpleNamespace(global_step=items[0]["step"])
        if self.accepts("log_extra"):
            own["log_extra"] = lambda name, values: self.log.append(f"{name}: {list(values)!r}")
        if self.accepts("log_metric"):
            own["log_metric"] = lambda name, value: self.log.append(f"{name} = {value!r}")
        arguments.update((name, value) for name, value in own.items() if self.accepts(name))
        return self.function(**arguments)


class OpenRLHF(BatchFunction):
    known = ("queries", "prompts", "labels")
    fields = ["prompt", "completion"]

    def call(self, items):
        arguments = self.batch_columns(items) if self.any_keyword else dict(self.extra)
        own = {
            "queries": [item["prompt"] + item["completion"] for item in items],
            "prompts": [item["prompt"] for item in items],
            "labels": [item["answer"] for item in items],
        }
        arguments.update((name, value) for name, value in own.items() if self.accepts(name))
        return self.function(**arguments)

    def rewards_in(self, values):
        if not isinstance(values, dict):
            return values
        if "rewards" not in values:
            raise ValueError("the function's dict has no 'rewards'")
        rest = {name: value for name, value in values.items() if name not in ("rewards", "scores")}
        if rest:
            self.log.append(repr(rest))
        return values["rewards"]


class RowFunction(Function):
    """Called for one item after the other; coroutines of a batch run at the same time."""

    def how(self):
        return {"concurrent": True} if self.is_async else {"one_by_one": True}

    def answer(self, items, reply):
        if self.is_async:
            completed(self.answer_together(items, reply))
            return
        verdicts, said, said_at = [], 0, time.monotonic()
        for item in items:
            # Quick answers go together: a message costs more than they do.
            if time.monotonic() - said_at > QUICK_S:
                reply(said, verdicts)
                verdicts, said, said_at = [], said + len(verdicts), time.monotonic()
            verdicts.append(self.answer_one(item))
        reply(said, verdicts)

    def answer_one(self, item):
        try:
            value = self.function(**self.arguments(item))
            if inspect.isawaitable(value):
                value = completed(value)
            return self.verdict(value)
        except (Exception, SystemExit) as error:
            return failed(described(error))

    async def answer_together(self, items, reply):
        await asyncio.gather(*(self.answer_async(i, item, reply) for i, item in enumerate(items)))

    async def answer_async(self, i, item, reply):
        try:
            call = self.function(**self.arguments(item))
            reply(i, [self.verdict(await asyncio.wait_for(call, self.timeout_s))])
        except asyncio.TimeoutError:
            reply(i, [verdict("timeout", f"no answer within {self.timeout_s:g} s")])
        except (Exception, SystemExit) as error:
            reply(i, [failed(described(error))])

    def verdict(self, value):
        if not isinstance(value, dict):
            return verdict_of(value)
        if "score" not in value:
            return failed("the function's dict has no 'score'")
        rest = {name: entry for name, entry in value.items() if name != "score"}
        return verdict_of(value["score"], shortened(repr(rest)) if rest else "")


class verl(RowFunction):
    known = ("data_source", "solution_str", "ground_truth", "extra_info")
    fields = ["completion"]

    def __init__(self, function, start):
        super().__init__(function, start)
        # Its keywords are the config's (reward_kwargs), never columns.
        self.any_keyword = False

    def ready(self):
        # extra_info is all columns where the data has none of that name.
        ready = {**self.reads(every="extra_info" in self.parameters), **self.how()}
        if ready["columns"] is not None and "data_source" in self.parameters:
            ready["columns"].append("data_source")
        return ready

    def arguments(self, item):
        columns = item["columns"]
        given = self.columns(item) if self.from_columns else {}
        given.update(self.extra)
        given["solution_str"] = item["completion"]
        if "ground_truth" in self.parameters:
            given["ground_truth"] = item["answer"]
        if "data_source" in self.parameters:
            given["data_source"] = columns.get("data_source", "")
        if "extra_info" in self.parameters:
            given["extra_info"] = columns.get("extra_info", columns)
        return given


class verifiers(RowFunction):
    known = ("prompt", "completion", "answer", "state", "info", "parser", "task")
    fields = ["prompt", "messages", "completion"]

    def ready(self):
        return {**self.reads(every="info" in self.parameters or "state" in self.parameters),
                **self.how()}

    def arguments(self, item):
        prompt, completion = conversation(item)
        columns = item["columns"]
        own = {
            "prompt": prompt,
            "completion": completion,
            "answer": item["answer"],
            "info": columns.get("info", columns),
            "task": columns.get("task", "default"),
            "parser": None,
        }
        own["state"] = dict(own)
        given = self.columns(item)
        given.update(self.extra)
        given.update((name, value) for name, value in own.items() if self.accepts(name))
        return given


# The parameter that tells, in the order of looking.
KINDS = {"completions": TRL, "solution_str": verl, "queries": OpenRLHF, "completion": verifiers}


# ---- loading ------------------------------------------------------------------------------------


def module_at(path):
    if not os.path.isfile(path):
        raise Refused(f"no file '{path}'", "a Python file")
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    if spec is None:
        raise Refused(f"'{path}' is no Python file", "a file that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise Refused(f"'{path}' line {error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        raise Refused(f"'{path}' cannot be imported: {described(error)}") from error
    return module


def load(start):
    module = module_at(start["path"])
    name = start["function"]
    function = getattr(module, name, None)
    if function is None or not callable(function):
        names = sorted(n for n, v in vars(module).items()
                       if inspect.isfunction(v) and v.__module__ == module.__name__)
        raise Refused(f"'{start['path']}' has no function '{name}'", "its functions: " + ", ".join(names))
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError) as error:
        raise Refused(f"'{name}' has no signature to be read: {error}", SIGNATURES) from error
    for telling, kind in KINDS.items():
        if telling in parameters:
            return kind(function, start)
    raise Refused(f"'{name}' takes ({', '.join(parameters)})", SIGNATURES)


def serve(reward):
    while (request := read_message()) is not None:
        number = request["id"]

        def reply(first, verdicts):
            sys.stdout.flush()
            log = ""
            if reward.log:
                log = ',"log":' + json.dumps("\n".join(reward.log))
                reward.log.clear()
            write_text(
                '{"id":%d,"first":%d,"verdicts":[%s]%s}' % (number, first, ",".join(verdicts), log)
            )

        reward.answer(request["items"], reply)


def main():
    global USER_FILE
    os.set_inheritable(FRAMES, False)
    sys.stdout.reconfigure(line_buffering=True, errors="replace")
    start = read_message()
    if start is None:
        return
    USER_FILE = start["path"]
    try:
        reward = load(start)
        ready = reward.ready()
    except Refused as refused:
        write_message({"op": "refused", "found": refused.found, "valid": refused.valid})
        return
    write_message(ready)
    serve(reward)


main()
