// Regular expressions of tokenizer.json. They are written for Oniguruma (Ruby syntax, Unicode
// classes) and run here by PCRE2 with its JIT; what means something else there is translated, what
// cannot be is refused by name.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

struct MatchSpan {
  size_t begin = 0;  // bytes
  size_t end = 0;
  bool operator==(const MatchSpan&) const = default;
};

// Immutable; matching from several threads is fine.
class TextPattern {
 public:
  // `place` names file and JSON path in errors.
  TextPattern(std::string_view pattern, const std::string& place);
  static TextPattern literal(std::string_view text);

  // All matches from left to right, not overlapping. `text` is valid UTF-8. An empty match directly
  // behind the last match does not count.
  std::vector<MatchSpan> find_all(std::string_view text) const;

 private:
  TextPattern() = default;
  void compile(const std::string& pattern, unsigned options, const std::string& place);

  std::shared_ptr<const void> code_;
};

// The pattern in PCRE2's syntax; a ConfigError at `place` names a construct that has no equal
// there.
std::string translate_pattern(std::string_view pattern, const std::string& place);

}  // namespace kedge
