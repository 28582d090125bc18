#include "rewards/extract_boxed.h"

#include "rewards/regex.h"
#include "rewards/text.h"

namespace kedge {
namespace {

Box box_at(std::string_view text, const TextSpan& command) {
  static const Regex token(R"([^\s$]+)");
  size_t at = command.end;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
    ++at;
  }
  if (at < text.size() && text[at] == '{') {
    const std::optional<size_t> end = end_of_group(text, at);
    if (!end) {
      return {command.begin, text.size(), std::nullopt};
    }
    return {command.begin, *end, std::string(text.substr(at + 1, *end - at - 2))};
  }
  const std::optional<TextSpan> bare = token.find(text, at);
  if (!bare || bare->begin != at) {
    return {command.begin, at, ""};
  }
  return {command.begin, bare->end, std::string(bare->of(text))};
}

}  // namespace

std::optional<size_t> end_of_group(std::string_view text, size_t at) {
  int depth = 0;
  for (size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    depth += (text[i] == '{') - (text[i] == '}');
    if (depth == 0) {
      return i + 1;
    }
  }
  return std::nullopt;
}

std::vector<Box> boxes_in(std::string_view text) {
  static const Regex command(R"(\\(?:boxed|fbox)(?![a-zA-Z]))");
  std::vector<Box> boxes;
  for (const TextSpan& found : command.find_all(text)) {
    if (boxes.empty() || found.begin >= boxes.back().end) {
      boxes.push_back(box_at(text, found));
    }
  }
  return boxes;
}

std::optional<std::string> boxed_answer(std::string_view text) {
  static const Regex gap(R"([\s$.,;]*+(?:and|or|\\text\{\s*+(?:and|or)\s*+\})?[\s$,;]*+)",
                         {.full = true});
  const std::vector<Box> boxes = boxes_in(text);
  if (boxes.empty() || !boxes.back().content) {
    return std::nullopt;
  }
  size_t first = boxes.size() - 1;
  while (first > 0 && boxes[first - 1].content) {
    const size_t end = boxes[first - 1].end;
    if (!gap.find(text.substr(end, boxes[first].begin - end))) {
      break;
    }
    --first;
  }
  std::string answer;
  std::optional<std::string> last;
  for (; first < boxes.size(); ++first) {
    const std::string content(strip(*boxes[first].content));
    if (!last || *last != content) {
      answer += (last ? ", " : "") + content;
      last = content;
    }
  }
  return answer;
}

}  // namespace kedge
