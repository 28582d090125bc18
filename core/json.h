// JSON in and out: parsing with the place in the error, typed member access, and floats printed so
// that they read back to the same bits.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.h"

namespace kedge {

using json = nlohmann::json;                  // members sorted by name
using ordered_json = nlohmann::ordered_json;  // members as they were added

// A whole text. `place` is the file's name; a syntax error is a ConfigError at "place:line".
json parse_json(std::string_view text, const std::string& place);

// JSON lines: calls `each` with every non-blank line's value and its place "name:line" (1-based).
void for_each_json_line(std::string_view text, const std::string& name,
                        const std::function<void(const json&, const std::string& place)>& each);

// The shortest decimal that reads back to the same bits; always with a '.', an exponent, or one of
// "nan", "inf", "-inf" (which JSON does not know: write null there).
std::string format_float(float value);
std::string format_float(double value);

// "[0.5,-1.25]"; non-finite members become null.
std::string format_floats(const std::vector<float>& values);

// "null", "a string", ...: what an error says it found.
std::string describe_json(const json& value);

namespace detail {
[[noreturn]] void wrong_json_type(const std::string& place, const json& value, const char* expected);
[[noreturn]] void missing_member(const json& object, const char* name, const std::string& place);
void require_object(const json& value, const std::string& place);

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

template <class T>
T integer_from_json(const json& value, const std::string& place) {
  if (!value.is_number_integer()) wrong_json_type(place, value, "an integer");
  if (value.is_number_unsigned()) {
    const auto wide = value.get<uint64_t>();
    if (std::in_range<T>(wide)) return static_cast<T>(wide);
  } else {
    const auto wide = value.get<int64_t>();
    if (std::in_range<T>(wide)) return static_cast<T>(wide);
  }
  throw ConfigError(place, "found " + value.dump(), "the number does not fit");
}
}  // namespace detail

// `value` as T: bool, an integer type (integers only, range checked), float, double, std::string, json
// or a vector of these. Anything else there is a ConfigError at `place`.
template <class T>
T from_json_value(const json& value, const std::string& place) {
  if constexpr (std::is_same_v<T, json>) {
    return value;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_boolean()) detail::wrong_json_type(place, value, "true or false");
    return value.get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    return detail::integer_from_json<T>(value, place);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) detail::wrong_json_type(place, value, "a number");
    return value.get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) detail::wrong_json_type(place, value, "a string");
    return value.get<std::string>();
  } else {
    static_assert(detail::is_vector<T>::value, "no JSON reading for this type");
    if (!value.is_array()) detail::wrong_json_type(place, value, "a list");
    T result;
    result.reserve(value.size());
    for (size_t i = 0; i < value.size(); ++i) {
      result.push_back(from_json_value<typename T::value_type>(
          value[i], place + "[" + std::to_string(i) + "]"));
    }
    return result;
  }
}

// Member `name` of `object`; absent is a ConfigError with the nearest name that is there.
template <class T>
T required(const json& object, const char* name, const std::string& place) {
  detail::require_object(object, place);
  const auto found = object.find(name);
  if (found == object.end()) detail::missing_member(object, name, place);
  return from_json_value<T>(*found, place + ": " + name);
}

// Member `name`, or nullopt when absent or null.
template <class T>
std::optional<T> optional_member(const json& object, const char* name, const std::string& place) {
  detail::require_object(object, place);
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return from_json_value<T>(*found, place + ": " + name);
}

// Member `name`, or `fallback` when absent or null.
template <class T>
T member_or(const json& object, const char* name, T fallback, const std::string& place) {
  return optional_member<T>(object, name, place).value_or(std::move(fallback));
}

}  // namespace kedge
