// When a sampled row ends.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/tokenizer.h"

namespace kedge {

// Looks for stop strings in a growing text. A string may begin in one token and end inside another;
// tokens stay as sampled. Borrows the tokenizer.
class StopStrings {
 public:
  StopStrings(const Tokenizer& tokenizer, std::vector<std::string> strings);
  // Adds a sampled token; true when the text now contains one of the strings.
  bool push(Token id);
  // The text that follows has nothing to do with the one before (somebody else wrote in between).
  void reset();

 private:
  const Tokenizer& tokenizer_;
  std::vector<std::string> strings_;
  size_t longest_ = 0;
  std::optional<StreamDecoder> decoder_;
  std::string tail_;  // the last longest_ - 1 bytes and what was just added
};

bool is_stop_id(const Sampling& sampling, Token id);

}  // namespace kedge
