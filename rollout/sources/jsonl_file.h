// Reads a JSON-lines file into the raw material of prompts by the column mapping.
#pragma once
#include <string>
#include <vector>

#include "rollout/sources/prompt_maker.h"

namespace kedge {

struct RawDemonstration {
  RawPrompt prompt;
  std::string completion;
};

struct JsonlFile {
  std::vector<RawDemonstration>
      items;                // in file order, ordinals 0, 1, ...; blank lines are skipped
  std::string fingerprint;  // 16 hex digits of xxh3-64 over the bytes
};

// ConfigErrors: a file that cannot be read or holds no line (at the file), a line that is no JSON
// object, or lacks a mapped column (at "file:line", with the nearest name and the columns present).
// `completions` says whether the completion column must be there.
JsonlFile read_jsonl(const SourceConfig& config, bool completions, const std::string& path);

}  // namespace kedge
