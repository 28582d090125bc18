#include "rewards/entry.h"
#include "rewards/text.h"

namespace kedge {
namespace {

enum class FormatMode { strict, count };

std::span<const std::string_view> enum_names(FormatMode) {
  static constexpr std::array<std::string_view, 2> names = {"strict", "count"};
  return names;
}

struct FormatTagsConfig {
  std::vector<std::string> tags = {"think", "answer"};
  FormatMode mode = FormatMode::strict;
  bool opened = false;
  int64_t min_chars = 0;
};

template <class V>
void visit(V& v, FormatTagsConfig& c) {
  v.field("tags", c.tags, "names of the tags, in order", not_empty());
  v.field("mode", c.mode,
          "strict: one block per tag, in order, white space between; count: share of the opening "
          "and closing tags that occur exactly once");
  v.field("opened", c.opened, "the prompt's template has already written the first opening tag");
  v.field("min_chars", c.min_chars, "characters a block must hold, at least 1 in strict mode",
          at_least(0));
}

class FormatTags : public TrajectoryReward {
 public:
  explicit FormatTags(const FormatTagsConfig& config) : config_(config) {
    for (const std::string& tag : config_.tags) {
      marks_.push_back("<" + tag + ">");
      marks_.push_back("</" + tag + ">");
    }
  }

 protected:
  Verdict judge(const RewardItem& item) const override {
    const std::string body = (config_.opened ? marks_.front() : "") + item.completion;
    const auto once = std::count_if(marks_.begin(), marks_.end(), [&](const std::string& mark) {
      return count_of(body, mark) == 1;
    });
    const auto num_marks = static_cast<double>(marks_.size());
    if (config_.mode == FormatMode::count) {
      return Verdict::scored(static_cast<double>(once) / num_marks);
    }
    const bool all_once = once == static_cast<int64_t>(marks_.size());
    return Verdict::scored(all_once && in_order(body) ? 1.0 : 0.0);
  }

 private:
  // Every mark stands once: blank text outside the blocks, enough of it inside.
  bool in_order(std::string_view body) const {
    size_t at = 0;
    for (size_t i = 0; i < marks_.size(); ++i) {
      const size_t mark = body.find(marks_[i]);
      if (mark < at) {
        return false;
      }
      const std::string_view before = strip(body.substr(at, mark - at));
      const bool inside = i % 2 == 1;
      const int64_t least = std::max<int64_t>(1, config_.min_chars);
      if (inside ? num_characters(before) < least : !before.empty()) {
        return false;
      }
      at = mark + marks_[i].size();
    }
    return is_blank(body.substr(at));
  }

  const FormatTagsConfig config_;
  std::vector<std::string> marks_;  // opening and closing, in order
};

}  // namespace

RewardEntry format_tags_entry() {
  return reward_entry<FormatTags, FormatTagsConfig>(
      "format_tags", "1 when the completion is one block per tag, in order, and nothing else");
}

}  // namespace kedge
