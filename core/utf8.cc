// The UTF-8 part of core/text.h.
#include "core/text.h"

#include <cstring>

namespace kedge {

namespace {

// One step of decoding at the front of `bytes` (not empty).
struct Piece {
  char32_t code_point = kReplacement;
  size_t size = 1;  // bytes used
  bool valid = false;
  bool unfinished = false;  // the bytes end where more could complete the character
};

uint8_t at(std::string_view bytes, size_t i) {
  return static_cast<uint8_t>(bytes[i]);
}

// Length a lead byte announces, 0 for bytes that lead nothing.
size_t announced(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The second byte's range is what excludes overlong forms, surrogates and > U+10FFFF.
bool second_fits(uint8_t lead, uint8_t second) {
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return low <= second && second <= high;
}

Piece next_piece(std::string_view bytes) {
  const uint8_t lead = at(bytes, 0);
  const size_t size = announced(lead);
  if (size == 0) return {};
  if (size == 1) return {lead, 1, true, false};
  char32_t code_point = lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if (i == bytes.size()) return {kReplacement, i, false, true};
    const uint8_t next = at(bytes, i);
    const bool fits = i == 1 ? second_fits(lead, next) : (next & 0xC0) == 0x80;
    if (!fits) return {kReplacement, i, false, false};
    code_point = code_point << 6 | (next & 0x3F);
  }
  return {code_point, size, true, false};
}

// Bytes at the front that are ASCII, counted in words of eight: most texts are nothing else.
size_t ascii_prefix(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080u;
  size_t count = 0;
  for (uint64_t word; count + sizeof(word) <= bytes.size(); count += sizeof(word)) {
    std::memcpy(&word, bytes.data() + count, sizeof(word));
    if (word & kHighBits) return count;
  }
  while (count < bytes.size() && at(bytes, count) < 0x80) ++count;
  return count;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) break;
    const Piece piece = next_piece(bytes);
    if (!piece.valid) return false;
    bytes.remove_prefix(piece.size);
  }
  return true;
}

size_t complete_utf8_prefix(std::string_view bytes) {
  // Only the last three bytes can belong to an unfinished character.
  for (size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const size_t begin = bytes.size() - back;
    if (announced(at(bytes, begin)) < 2) continue;
    return next_piece(bytes.substr(begin)).unfinished ? begin : bytes.size();
  }
  return bytes.size();
}

std::vector<char32_t> decode_utf8(std::string_view bytes) {
  std::vector<char32_t> code_points;
  code_points.reserve(bytes.size());
  while (!bytes.empty()) {
    const Piece piece = next_piece(bytes);
    code_points.push_back(piece.code_point);
    bytes.remove_prefix(piece.size);
  }
  return code_points;
}

void append_utf8(char32_t code_point, std::string& out) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    code_point = kReplacement;
  }
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

std::string encode_utf8(const std::vector<char32_t>& code_points) {
  std::string text;
  for (const char32_t code_point : code_points) append_utf8(code_point, text);
  return text;
}

std::string repaired_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Piece piece = next_piece(bytes);
    if (piece.valid) {
      text += bytes.substr(0, piece.size);
    } else {
      append_utf8(kReplacement, text);
    }
    bytes.remove_prefix(piece.size);
  }
  return text;
}

}  // namespace kedge
