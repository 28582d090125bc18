// Text: UTF-8, trimming and splitting, and numbers for people. All functions are pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

// ---- UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF) ----

constexpr char32_t kReplacement = 0xFFFD;

bool is_utf8(std::string_view bytes);
// Length of the longest prefix that does not end inside a character that more bytes could still
// complete: what may be shown of a text that is still growing. Bytes that can never become valid count
// as complete.
size_t complete_utf8_prefix(std::string_view bytes);
// Code points; each maximal invalid piece becomes one U+FFFD, as the Unicode standard recommends.
std::vector<char32_t> decode_utf8(std::string_view bytes);
// Appends one code point; surrogates and what lies beyond U+10FFFF become U+FFFD.
void append_utf8(char32_t code_point, std::string& out);
std::string encode_utf8(const std::vector<char32_t>& code_points);
// The text with every invalid piece replaced by U+FFFD; a valid text is returned as it is.
std::string repaired_utf8(std::string_view bytes);

// ---- pieces ----

std::string_view trimmed(std::string_view text);  // without ASCII white space at both ends
// "a,b,,c" at ',' -> a | b | (empty) | c; never empty.
std::vector<std::string> split(std::string_view text, char separator);
std::vector<std::string> split_words(std::string_view text);  // at runs of ASCII white space
std::string joined(const std::vector<std::string>& parts, std::string_view separator);
std::string lower_ascii(std::string_view text);

// ---- for people ----

std::string short_number(double value);      // four significant digits: "0.5312", "24.1", "1.2e-05"
std::string human_number(double value);      // "950", "1.2 k", "3.4 M", "5.6 G"
std::string human_bytes(uint64_t bytes);     // "512 B", "3.4 GiB"
std::string human_duration(double seconds);  // "0.5 s", "45 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"

}  // namespace kedge
