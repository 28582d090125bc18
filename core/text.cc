#include "core/text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace kedge {

namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

std::string formatted(const char* format, double value) {
  std::array<char, 64> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), format, value);
  return {buffer.data(), static_cast<size_t>(size)};
}

std::string two_units(uint64_t big, const char* big_unit, uint64_t small, const char* small_unit) {
  std::string text = std::to_string(big) + " " + big_unit;
  if (small > 0) text += " " + std::to_string(small) + " " + small_unit;
  return text;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t at; (at = text.find(separator, begin)) != std::string_view::npos; begin = at + 1) {
    parts.emplace_back(text.substr(begin, at - begin));
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t begin = text.find_first_not_of(kSpace); begin != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSpace, end);
  }
  return words;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string short_number(double value) {
  return formatted("%.4g", value);
}

std::string human_number(double value) {
  const double size = std::fabs(value);
  if (size < 999.5) return formatted("%.3g", value);
  // Borders are where rounding to three digits would reach the next unit.
  constexpr std::array<const char*, 4> units = {" k", " M", " G", " T"};
  double scaled = value / 1e3;
  size_t unit = 0;
  for (; unit + 1 < units.size() && std::fabs(scaled) >= 999.5; ++unit) scaled /= 1e3;
  return formatted(std::fabs(scaled) < 9.95 ? "%.1f" : "%.0f", scaled) + units[unit];
}

std::string human_bytes(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array<const char*, 5> units = {" KiB", " MiB", " GiB", " TiB", " PiB"};
  double scaled = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; unit + 1 < units.size() && scaled >= 1023.5; ++unit) scaled /= 1024;
  return formatted(scaled < 99.95 ? "%.1f" : "%.0f", scaled) + units[unit];
}

std::string human_duration(double seconds) {
  if (!std::isfinite(seconds)) return "unknown time";
  if (seconds < 9.95) return formatted("%.1f s", std::max(seconds, 0.0));
  const auto whole = static_cast<uint64_t>(std::llround(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return two_units(whole / 60, "min", whole % 60, "s");
  const uint64_t minutes = (whole + 30) / 60;
  if (minutes < 24 * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
  const uint64_t hours = (minutes + 30) / 60;
  return two_units(hours / 24, "d", hours % 24, "h");
}

}  // namespace kedge
