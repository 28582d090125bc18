#include "rollout/tasks/task.h"

#include "rollout/tasks/countdown.h"
#include "rollout/tasks/sums.h"

namespace kedge {

const std::vector<TaskEntry>& task_table() {
  static const std::vector<TaskEntry> table = {
      sums_task(),
      countdown_task(),
  };
  return table;
}

bool is_held_out(std::string_view prompt_text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : prompt_text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  // FNV's low bits alone follow the last characters too closely.
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  return hash % 8 == 0;
}

}  // namespace kedge
