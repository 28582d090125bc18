// What the text of an unquoted YAML scalar means. The YAML 1.2 core rules, and nothing of YAML 1.1:
// "yes", "off" and "0777" are text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace kedge {

std::optional<bool> scalar_bool(const std::string& text);        // true, false (also True, TRUE)
// Decimal digits with an optional sign; nullopt also when the number does not fit.
std::optional<int64_t> scalar_int(const std::string& text);
std::optional<uint64_t> scalar_uint(const std::string& text);
// "1e-4", "1.0e-4", "3", ".5", "+.inf", "nan": a number in full, else nullopt.
std::optional<double> scalar_double(const std::string& text);

// Boolean, integer, number or else string.
ordered_json scalar_to_json(const std::string& text);

// True where an unquoted `text` would be read as something else than this very string.
bool needs_quotes(const std::string& text);

}  // namespace kedge
