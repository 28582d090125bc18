#include <array>
#include <cctype>
#include <utility>

#include "core/error.h"
#include "model/tokenizer/pattern.h"

namespace kedge {

namespace {

// Oniguruma's \w inside a set. Outside of one, Latin-1 has a table of its own, which also takes the
// superscripts and fractions.
constexpr const char* kWord = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
constexpr const char* kWordLatin = "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}";

// Long names of general categories, POSIX names, and properties both engines share.
constexpr std::pair<const char*, const char*> kProperties[] = {
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Separator", "Z"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"Alpha", "Alphabetic"},
    {"Digit", "Nd"},
    {"Lower", "Lowercase"},
    {"Upper", "Uppercase"},
    {"Space", "White_Space"},
    {"Alphabetic", "Alphabetic"},
    {"Lowercase", "Lowercase"},
    {"Uppercase", "Uppercase"},
    {"White_Space", "White_Space"},
    {"Emoji", "Emoji"},
    {"Ideographic", "Ideographic"},
};

// Names that mean something else to PCRE2, or nothing.
constexpr std::array<const char*, 9> kForeign = {"Punct", "Alnum",  "Blank", "Cntrl", "Graph",
                                                 "Print", "XDigit", "Word",  "ASCII"};

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& place)
      : pattern_(pattern), place_(place) {}

  std::string run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '\\') {
        escape();
      } else if (in_class_) {
        class_char(c);
      } else if (c == '[') {
        open_class();
      } else if (c == '(') {
        group();
      } else if (c == '{') {
        interval();
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const std::string& construct) const {
    throw ConfigError(place_, "the pattern uses " + construct + " at byte " + std::to_string(at_),
                      "groups, look-around, classes, \\p{..}, \\s \\d \\w and simple escapes");
  }
  char peek(size_t ahead) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  void copy(size_t count) {
    out_ += pattern_.substr(at_, count);
    at_ += count;
  }
  void replace(size_t count, std::string_view with) {
    out_ += with;
    at_ += count;
  }

  void open_class() {
    in_class_ = true;
    copy(peek(1) == '^' ? 2 : 1);
    if (peek(0) == ']') replace(1, "\\]");  // first of a class: itself
  }

  void class_char(char c) {
    if (c == '[') refuse("a set inside a set");
    if (c == '&' && peek(1) == '&') refuse("an intersection of sets");
    if (c == ']') in_class_ = false;
    copy(1);
  }

  void group() {
    if (peek(1) != '?') return copy(1);
    for (const std::string_view known :
         {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?i)", "(?-i:", "(?-i)"}) {
      if (pattern_.substr(at_).starts_with(known)) return copy(known.size());
    }
    refuse("the group " + std::string(pattern_.substr(at_, 4)));
  }

  void interval() {
    const size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos) return replace(1, "\\{");
    const std::string_view body = pattern_.substr(at_ + 1, close - at_ - 1);
    const bool counts = !body.empty() && body != "," &&
                        body.find_first_not_of("0123456789,") == std::string_view::npos;
    if (!counts) return replace(1, "\\{");
    // Behind an interval a plus repeats for Ruby, but is possessive for PCRE2.
    if (close + 1 < pattern_.size() && pattern_[close + 1] == '+') refuse("{..}+");
    if (body.front() == ',') {
      out_ += "{0" + std::string(body) + "}";
      at_ = close + 1;
    } else {
      copy(close + 1 - at_);
    }
  }

  void escape() {
    const char c = peek(1);
    if (c == '\0') refuse("a backslash at its end");
    const std::string word = in_class_ ? kWord : std::string(kWord) + kWordLatin;
    switch (c) {
      case 's':
        return replace(2, "\\p{White_Space}");
      case 'S':
        return replace(2, "\\P{White_Space}");
      case 'd':
        return replace(2, "\\p{Nd}");
      case 'D':
        return replace(2, "\\P{Nd}");
      case 'w':
        return replace(2, in_class_ ? word : "[" + word + "]");
      case 'W':
        if (in_class_) refuse("\\W inside a set");
        return replace(2, "[^" + word + "]");
      case 'v':
        return replace(2, "\\x{0b}");
      case 'p':
      case 'P':
        return property(c);
      case 'u':
        return code_point();
      case 'x':
        return hexadecimal();
      case 'n':
      case 'r':
      case 't':
      case 'f':
        return copy(2);
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) return replace(1, "");  // the character itself
    if (std::isalnum(byte)) refuse(std::string("\\") + c);
    copy(2);
  }

  void property(char letter) {
    const size_t close = pattern_.find('}', at_);
    if (peek(2) != '{' || close == std::string_view::npos) refuse("\\p without a name in braces");
    std::string name(pattern_.substr(at_ + 3, close - at_ - 3));
    bool negated = letter == 'P';
    if (name.starts_with("^")) {
      negated = !negated;
      name.erase(0, 1);
    }
    for (const char* foreign : kForeign) {
      if (name == foreign) refuse("\\p{" + name + "}");
    }
    out_ += (negated ? "\\P{" : "\\p{") + property_name(name) + "}";
    at_ = close + 1;
  }

  static std::string property_name(const std::string& name) {
    for (const auto& [known, pcre2] : kProperties) {
      if (name == known) return pcre2;
    }
    if (name.size() <= 2 || name == "Any") return name;
    // Without the prefix PCRE2 would take the script's extensions as well.
    return "sc:" + name;
  }

  void code_point() {
    const std::string digits(pattern_.substr(at_ + 2, 4));
    if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
      refuse("\\u without four hexadecimal digits");
    }
    replace(6, "\\x{" + digits + "}");
  }

  void hexadecimal() {
    if (peek(2) == '{') return copy(3);
    const bool ascii = peek(2) >= '0' && peek(2) <= '7' && std::isxdigit(peek(3));
    if (!ascii) refuse("\\x that is not an ASCII character");
    copy(4);
  }

  std::string_view pattern_;
  const std::string& place_;
  size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

}  // namespace

std::string translate_pattern(std::string_view pattern, const std::string& place) {
  return Translator(pattern, place).run();
}

}  // namespace kedge
