// Walking UTF-8 and the few character classes tokenizers need, beside core/text.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace kedge {

// The first character of `text`, which is valid UTF-8 and not empty.
struct Utf8Char {
  size_t length = 0;
  char32_t code = 0;
};
Utf8Char first_char(std::string_view text);

// repaired_utf8 (core/text.h) of a text that arrives in pieces: bytes of an incomplete character
// are held back.
class Utf8Stream {
 public:
  std::string push(std::string_view bytes);  // what became text
  std::string finish();                      // the rest

 private:
  std::string pending_;
};

// Unicode property White_Space.
bool is_white_space(char32_t code);
// A character of a word: Alphabetic, M, Nd, Pc or Join_Control.
bool is_word_char(char32_t code);

// The printable stand-in of a byte in byte-level vocabularies (GPT-2): printable Latin-1 stands for
// itself, the other 68 bytes for U+0100 and up.
char32_t char_of_byte(uint8_t byte);
// The byte a stand-in means, or -1.
int byte_of_char(char32_t code);

}  // namespace kedge
