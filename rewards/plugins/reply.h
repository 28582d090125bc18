// What a worker says of a batch: the message {"id","first","verdicts","log"?} of frame.h, checked.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/records.h"

namespace kedge {

struct Reply {
  size_t first = 0;               // item that the verdicts begin with
  std::vector<Verdict> verdicts;  // first + size <= num_items; a wrong one is an error in its place
  std::string log;
};

// ConfigError when the message is no reply to batch `id` of `num_items`.
Reply reply_from(std::string_view message, int64_t id, size_t num_items);

}  // namespace kedge
