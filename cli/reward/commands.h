// `kedge reward`: what an author of rewards needs before and after a run.
#pragma once
#include "cli/command.h"

namespace kedge {

// CONFIG cases.jsonl: one JSON line per case, a table for people; exit code 1 on a disagreement.
// --init writes an example of both, with a reward in Python.
ExitCode reward_test(const Arguments& arguments);
// RUN: one JSON line per look at metrics.jsonl and samples.jsonl, a table for people.
ExitCode reward_audit(const Arguments& arguments);

}  // namespace kedge
