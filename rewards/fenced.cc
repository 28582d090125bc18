#include "rewards/fenced.h"

namespace kedge {

std::optional<std::string_view> last_fenced_block(std::string_view text) {
  constexpr std::string_view kFence = "```";
  std::optional<std::string_view> last;
  size_t at = text.find(kFence);
  while (at != std::string_view::npos) {
    const size_t line_end = text.find('\n', at + kFence.size());
    const size_t close =
        line_end == std::string_view::npos ? line_end : text.find(kFence, line_end);
    if (close == std::string_view::npos) {
      break;
    }
    last = text.substr(line_end + 1, close > line_end ? close - line_end - 1 : 0);
    at = text.find(kFence, close + kFence.size());
  }
  return last;
}

}  // namespace kedge
