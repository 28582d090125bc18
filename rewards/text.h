// Text functions of the rewards that know Unicode; plain ones are in core/text.h. White space is what
// Python's str.strip() removes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

std::string_view strip(std::string_view text);
bool is_blank(std::string_view text);  // nothing but white space
// Parts between white space, none empty.
std::vector<std::string> words_of(std::string_view text);
int64_t num_characters(std::string_view text);  // code points
// Occurrences that do not overlap, from left to right; `needle` is not empty.
int64_t count_of(std::string_view text, std::string_view needle);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
// Lower case by Unicode's simple mapping, one character for one; invalid UTF-8 comes back as it is.
std::string lower(std::string_view text);

// SQuAD normalisation, in this order: lower case, ASCII punctuation deleted, articles (a, an, the)
// replaced by a space, white space collapsed.
std::string squad_normalized(std::string_view text);

}  // namespace kedge
