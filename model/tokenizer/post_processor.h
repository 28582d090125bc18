// The post_processor of tokenizer.json for one sequence: the special tokens put around it.
// TemplateProcessing, ByteLevel (changes no id) and Sequence.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"
#include "core/records.h"

namespace kedge {

class PostProcessor {
 public:
  // `part` may be null. ConfigError names an unsupported type, or a template without its text.
  PostProcessor(const json& part, const std::string& place);
  std::vector<Token> apply(std::vector<Token> ids) const;
  Token largest_id() const;  // -1 when no token is added

 private:
  void add(const json& part, const std::string& place);
  void add_template(const json& part, const std::string& place);

  std::vector<Token> before_;
  std::vector<Token> after_;
};

}  // namespace kedge
