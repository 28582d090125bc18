// Regular expressions for judging: PCRE2 on UTF-8 (invalid bytes match nothing), \w \s \d and \b by
// Unicode properties, line ends are "\n" only, and bounded work.
//
// Thread rule: const after construction, use from any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;

namespace kedge {

struct RegexOptions {
  bool ignore_case = false;
  bool dot_all = false;      // . matches "\n" too
  bool multiline = false;    // ^ and $ at line ends
  bool full = false;         // the whole text must match
  uint32_t match_limit = 1'000'000;  // steps of the matcher, not time: the same on every machine
};

// Byte range [begin, end) of a text.
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

class Regex {
 public:
  enum class Outcome { match, no_match, limit };

  // A pattern that does not compile is a ConfigError at `place` with the offset.
  explicit Regex(const std::string& pattern, const RegexOptions& options = {},
                 const std::string& place = "regex");

  Outcome match(std::string_view text, TextSpan& found, size_t from = 0) const;
  // The same where the limit cannot be reached (InvariantError if it is).
  std::optional<TextSpan> find(std::string_view text, size_t from = 0) const;
  // All matches from left to right that do not overlap.
  std::vector<TextSpan> find_all(std::string_view text) const;
  // The first match replaced (PCRE2's extended syntax); the text itself where that is impossible.
  std::string substitute(std::string_view text, const std::string& replacement) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  std::unique_ptr<pcre2_real_code_8, Free> code_;
  uint32_t match_limit_;
};

// The pattern that matches exactly this text.
std::string quoted_pattern(std::string_view text);

}  // namespace kedge
