// metrics.jsonl: one object per step, {"step":12,"actor/pg_loss":0.01,...}; names sorted, numbers read
// back to the same bits.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/files.h"
#include "core/metrics.h"

namespace kedge {

// Appends to `path`. `resume_step`: first cuts the file back to the rows of steps up to this one, and
// drops rows without a step and a half-written last line; without it the file starts empty. A broken
// line elsewhere is a ConfigError with its number. Borrows `files`.
std::unique_ptr<MetricSink> make_jsonl_sink(FileSystem& files, std::string path,
                                            std::optional<int64_t> resume_step);

// Cuts any JSON lines file with a "step" member back like that (samples.jsonl as well).
void rewind_json_lines(FileSystem& files, const std::string& path, int64_t step);

// Adds one line, such as {"run_hash":"..."} at the end of a run.
void append_json_line(FileSystem& files, const std::string& path, const ordered_json& line);

}  // namespace kedge
