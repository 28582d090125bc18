#include "rewards/entry.h"
#include "rewards/regex.h"

namespace kedge {
namespace {

enum class MatchMode { full, search };

std::span<const std::string_view> enum_names(MatchMode) {
  static constexpr std::array<std::string_view, 2> names = {"full", "search"};
  return names;
}

struct RegexMatchConfig {
  std::string pattern;
  MatchMode mode = MatchMode::full;
  bool ignore_case = false;
  bool dot_all = true;
  int64_t match_limit = 1'000'000;

  void check(const std::string& path) const {
    if (pattern.empty()) {
      throw ConfigError(join_path(path, "pattern"), "missing", "a PCRE2 pattern");
    }
    regex(path);
  }
  // ConfigError when the pattern does not compile.
  Regex regex(const std::string& path) const {
    return Regex(pattern,
                 {.ignore_case = ignore_case,
                  .dot_all = dot_all,
                  .full = mode == MatchMode::full,
                  .match_limit = static_cast<uint32_t>(match_limit)},
                 join_path(path, "pattern"));
  }
};

template <class V>
void visit(V& v, RegexMatchConfig& c) {
  v.field("pattern", c.pattern, "PCRE2 pattern, required");
  v.field("mode", c.mode, "full: the whole completion must match; search: some part of it");
  v.field("ignore_case", c.ignore_case, "letters match in any case");
  v.field("dot_all", c.dot_all, ". matches line ends too");
  v.field("match_limit", c.match_limit, "steps of the matcher before the verdict is an error",
          between(1000, 1e9));
}

class RegexMatch : public TrajectoryReward {
 public:
  explicit RegexMatch(const RegexMatchConfig& config)
      : regex_(config.regex("")), match_limit_(config.match_limit) {}

 protected:
  Verdict judge(const RewardItem& item) const override {
    TextSpan found;
    switch (regex_.match(item.completion, found)) {
      case Regex::Outcome::match: return Verdict::scored(1.0);
      case Regex::Outcome::no_match: return Verdict::scored(0.0);
      case Regex::Outcome::limit: break;
    }
    return Verdict::failed("match_limit of " + std::to_string(match_limit_) + " steps reached on " +
                           std::to_string(item.completion.size()) + " bytes");
  }

 private:
  const Regex regex_;
  const int64_t match_limit_;
};

}  // namespace

RewardEntry regex_match_entry() {
  return reward_entry<RegexMatch, RegexMatchConfig>("regex_match",
                                                    "1 when the completion matches a pattern");
}

}  // namespace kedge
