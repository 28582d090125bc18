#include "rewards/text.h"

#include "core/error.h"
#include "core/text.h"
#include "rewards/regex.h"

namespace kedge {
namespace {

constexpr std::array<std::string_view, 29> kSpaces = {
    " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\x1c",   "\x1d",
    "\x1e",   "\x1f",   "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",
    "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

size_t space_at_front(std::string_view text) {
  for (const std::string_view space : kSpaces) {
    if (text.starts_with(space)) {
      return space.size();
    }
  }
  return 0;
}

size_t space_at_back(std::string_view text) {
  for (const std::string_view space : kSpaces) {
    if (text.ends_with(space)) {
      return space.size();
    }
  }
  return 0;
}

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

}  // namespace

std::string_view strip(std::string_view text) {
  while (const size_t bytes = space_at_front(text)) {
    text.remove_prefix(bytes);
  }
  while (const size_t bytes = space_at_back(text)) {
    text.remove_suffix(bytes);
  }
  return text;
}

bool is_blank(std::string_view text) { return strip(text).empty(); }

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  size_t begin = 0;
  for (size_t at = 0; at <= text.size();) {
    const size_t bytes = space_at_front(text.substr(at));
    if (bytes == 0 && at < text.size()) {
      ++at;
      continue;
    }
    if (at > begin) {
      words.emplace_back(text.substr(begin, at - begin));
    }
    at += std::max<size_t>(bytes, 1);
    begin = at;
  }
  return words;
}

int64_t num_characters(std::string_view text) {
  return static_cast<int64_t>(decode_utf8(text).size());
}

int64_t count_of(std::string_view text, std::string_view needle) {
  KEDGE_CHECK(!needle.empty(), "[rewards] counting an empty text");
  int64_t count = 0;
  for (size_t at = text.find(needle); at != std::string_view::npos;
       at = text.find(needle, at + needle.size())) {
    ++count;
  }
  return count;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string lower(std::string_view text) {
  static const Regex everything(".+", {.dot_all = true});
  const bool is_ascii = std::none_of(text.begin(), text.end(), [](char c) { return c < 0; });
  return is_ascii ? lower_ascii(text) : everything.substitute(text, "\\L$0");
}

std::string squad_normalized(std::string_view text) {
  static const Regex articles(R"(\b(?:a|an|the)\b)");
  std::string bare = lower(text);
  std::erase_if(bare, is_ascii_punctuation);
  for (const TextSpan& article : articles.find_all(bare)) {
    std::fill(bare.begin() + article.begin, bare.begin() + article.end, ' ');
  }
  return joined(words_of(bare), " ");
}

}  // namespace kedge
