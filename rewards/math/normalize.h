// One spelling for answers that mean the same (methods: rewards, section 3.2).
#pragma once
#include <string>
#include <string_view>

namespace kedge {

// Unicode signs as LaTeX, layout commands and dollar signs gone, \dfrac as \frac, `10,\!080`
// joined, white space collapsed, full stops and commas at the end dropped.
std::string normalized_math(std::string_view text);

// Key of a normalised answer as words: text commands opened, lower case, without punctuation around
// it;
// "(a)" is "a". Equal keys are equal answers.
std::string text_key(std::string_view normalized);

// Whether such a key is words and nothing else: it is then compared as text only.
bool is_words(std::string_view key);

// The normalised answer without the unit behind its number: text groups with a power, words after a
// space, degree signs (not beside a trigonometric function). A different unit is not noticed.
std::string without_units(std::string text);

}  // namespace kedge
