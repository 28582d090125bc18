// The normalizer of tokenizer.json: Prepend, Replace, NFC, NFD, NFKC, NFKD and Sequence.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge {

class Normalizer {
 public:
  Normalizer() = default;  // changes nothing
  // `part` may be null. ConfigError names an unsupported type and its place.
  Normalizer(const json& part, const std::string& place);

  std::string apply(std::string text) const;

 private:
  using Step = std::function<std::string(std::string)>;
  void add(const json& part, const std::string& place);

  std::vector<Step> steps_;
};

}  // namespace kedge
