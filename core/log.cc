#include "core/log.h"

#include <unistd.h>

#include <memory>
#include <vector>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace kedge {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::sink_ptr file_sink(const std::string& path) {
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  } catch (const spdlog::spdlog_ex& error) {
    throw ConfigError(path, std::string("cannot be opened for the log: ") + error.what());
  }
}

}  // namespace

void start_log(const LogOptions& options) {
  std::string rank;
  if (options.num_ranks > 1) {
    rank = "[" + std::to_string(options.rank) + "/" + std::to_string(options.num_ranks) + "] ";
  }
  auto screen = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  // A live progress line may stand there: clear it first.
  const std::string erase = ::isatty(STDERR_FILENO) != 0 ? "\r\x1b[K" : "";
  screen->set_pattern(erase + "%H:%M:%S %L " + rank + "%v");
  std::vector<spdlog::sink_ptr> sinks = {screen};
  if (!options.file.empty()) {
    sinks.push_back(file_sink(options.file));
    sinks.back()->set_pattern("%Y-%m-%d %H:%M:%S.%e %l " + rank + "%v");
  }
  auto logger = std::make_shared<spdlog::logger>("kedge", sinks.begin(), sinks.end());
  logger->set_level(spdlog_level(options.level));
  // A run may be killed at any time, and log lines are rare.
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

namespace detail {

bool log_wanted(LogLevel level) {
  return spdlog::default_logger_raw()->should_log(spdlog_level(level));
}

void log_line(LogLevel level, const std::string& text) {
  spdlog::default_logger_raw()->log(spdlog_level(level), spdlog::string_view_t(text));
}

}  // namespace detail

}  // namespace kedge
