#include "model/tokenizer/unicode.h"

#include <utf8proc.h>

#include <array>
#include <utility>

#include "core/text.h"

namespace kedge {

namespace {

struct ByteTable {
  std::array<char32_t, 256> of_byte{};
  std::array<int, 0x180> of_char{};

  ByteTable() {
    of_char.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
      of_byte[byte] = printable ? static_cast<char32_t>(byte) : next++;
      of_char[of_byte[byte]] = byte;
    }
  }
};

const ByteTable& byte_table() {
  static const ByteTable table;
  return table;
}

}  // namespace

Utf8Char first_char(std::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {1, lead};
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<uint8_t>(text[i]) & 0x3F);
  return {length, code};
}

std::string Utf8Stream::push(std::string_view bytes) {
  pending_ += bytes;
  const size_t complete = complete_utf8_prefix(pending_);
  std::string text = repaired_utf8(std::string_view(pending_).substr(0, complete));
  pending_.erase(0, complete);
  return text;
}

std::string Utf8Stream::finish() {
  return repaired_utf8(std::exchange(pending_, {}));
}

bool is_white_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_word_char(char32_t code) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      // Circled letters are Alphabetic symbols; joiners hold words together.
      return (code >= 0x24B6 && code <= 0x24E9) || (code >= 0x1F130 && code <= 0x1F149) ||
             (code >= 0x1F150 && code <= 0x1F169) || (code >= 0x1F170 && code <= 0x1F189) ||
             code == 0x200C || code == 0x200D;
  }
}

char32_t char_of_byte(uint8_t byte) {
  return byte_table().of_byte[byte];
}

int byte_of_char(char32_t code) {
  return code < byte_table().of_char.size() ? byte_table().of_char[code] : -1;
}

}  // namespace kedge
