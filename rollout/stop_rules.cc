#include "rollout/stop_rules.h"

#include <algorithm>

#include "core/error.h"

namespace kedge {

StopStrings::StopStrings(const Tokenizer& tokenizer, std::vector<std::string> strings)
    : tokenizer_(tokenizer), strings_(std::move(strings)) {
  for (const std::string& text : strings_) {
    KEDGE_CHECK(!text.empty(), "an empty stop string");
    longest_ = std::max(longest_, text.size());
  }
  reset();
}

bool StopStrings::push(Token id) {
  if (strings_.empty()) return false;
  tail_ += decoder_->push(id);
  const bool found = std::any_of(strings_.begin(), strings_.end(), [&](const std::string& text) {
    return tail_.find(text) != std::string::npos;
  });
  if (tail_.size() >= longest_) tail_.erase(0, tail_.size() - (longest_ - 1));
  return found;
}

void StopStrings::reset() {
  tail_.clear();
  // Special tokens may be what a stop string names.
  if (!strings_.empty()) decoder_.emplace(tokenizer_, false);
}

bool is_stop_id(const Sampling& sampling, Token id) {
  return std::find(sampling.stop_ids.begin(), sampling.stop_ids.end(), id) !=
         sampling.stop_ids.end();
}

}  // namespace kedge
