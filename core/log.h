// The log: one line per event on standard error and, when asked for, in a file. Each line names time,
// level and (with several ranks) the rank. Lines for people only: nothing reads them.
//
//   start_log({.level = LogLevel::info, .rank = 0, .num_ranks = 2, .file = "run/log.txt"});
//   log_info("adopted ", name_of(id.set), " ", id.version);
//
// start_log is called once by main (or a test) before other threads start; logging before that goes to
// standard error. The log_ functions may be called by any thread.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace kedge {

enum class LogLevel : uint8_t { debug, info, warning, error };

inline std::span<const std::string_view> enum_names(LogLevel) {
  static constexpr std::array<std::string_view, 4> names = {"debug", "info", "warning", "error"};
  return names;
}

struct LogOptions {
  LogLevel level = LogLevel::info;  // lesser lines are dropped
  int rank = 0;
  int num_ranks = 1;                // > 1: lines carry "[rank/num_ranks]"
  std::string file;                 // appended to; empty: standard error only
};

// A file that cannot be opened is a ConfigError.
void start_log(const LogOptions& options);

namespace detail {
bool log_wanted(LogLevel level);
void log_line(LogLevel level, const std::string& text);

template <class... Parts>
void log_parts(LogLevel level, const Parts&... parts) {
  if (log_wanted(level)) log_line(level, concat(parts...));
}
}  // namespace detail

template <class... Parts>
void log_debug(const Parts&... parts) {
  detail::log_parts(LogLevel::debug, parts...);
}
template <class... Parts>
void log_info(const Parts&... parts) {
  detail::log_parts(LogLevel::info, parts...);
}
template <class... Parts>
void log_warning(const Parts&... parts) {
  detail::log_parts(LogLevel::warning, parts...);
}
template <class... Parts>
void log_error(const Parts&... parts) {
  detail::log_parts(LogLevel::error, parts...);
}

}  // namespace kedge
