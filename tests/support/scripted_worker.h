// Workers whose side of the conversation is a few lines of Python written in a test.
#pragma once
#include <atomic>
#include <string>

#include "rewards/plugins/worker.h"
#include "tests/support/python_program.h"

namespace kedge::testing_support {

// Reading and writing messages, and a beginning that is ready for completions.
inline constexpr const char* kScriptPrelude = R"(
import json, os, struct, sys, time
def raw(data):
    while data: data = data[os.write(3, data):]
def send(**message):
    body = json.dumps(message).encode()
    raw(struct.pack('<I', len(body)) + body)
def exactly(n):
    data = b''
    while len(data) < n:
        part = os.read(3, n - len(data))
        if not part: os._exit(0)
        data += part
    return data
def receive():
    return json.loads(exactly(struct.unpack('<I', exactly(4))[0]))
def score(value): return {'kind': 'score', 'score': value}
def ready(**more):
    send(op='ready', fields=['completion'], columns=[], **more)
start = receive()
)";

inline WorkerSpec scripted_worker(const std::string& script) {
  WorkerSpec spec;
  spec.command.speaker = "scripted";
  spec.command.command = {python_program(), kSourcePath};
  spec.command.source = kScriptPrelude + script;
  spec.place = "test";
  spec.timeout_s = 0.2;
  spec.start_timeout_s = 20.0;
  spec.backoff_first_s = 0.001;
  spec.backoff_max_s = 0.01;
  return spec;
}

}  // namespace kedge::testing_support
