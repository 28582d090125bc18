#include "core/jsonl_sink.h"

#include <cmath>

namespace kedge {

namespace {

class JsonlSink : public MetricSink {
 public:
  JsonlSink(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  void write(int64_t step, const MetricValues& values) override {
    std::string line = "{\"step\":" + std::to_string(step);
    for (const auto& [name, value] : values) {
      line += "," + json(name).dump() + ":";
      line += std::isfinite(value) ? format_float(value) : "null";
    }
    // One write per line: a reader beside us sees whole lines but for the last.
    files_.append(path_, line + "}\n");
  }
  void flush() override {}

 private:
  FileSystem& files_;
  std::string path_;
};

}  // namespace

std::unique_ptr<MetricSink> make_jsonl_sink(FileSystem& files, std::string path,
                                            std::optional<int64_t> resume_step) {
  if (resume_step) {
    rewind_json_lines(files, path, *resume_step);
  } else {
    files.write_atomic(path, "");
  }
  return std::make_unique<JsonlSink>(files, std::move(path));
}

void rewind_json_lines(FileSystem& files, const std::string& path, int64_t step) {
  std::string text = files.exists(path) ? files.read(path) : "";
  // A killed run may leave half a line behind; whole lines end with a line break.
  text.resize(text.find_last_of('\n') == std::string::npos ? 0 : text.find_last_of('\n') + 1);
  std::string kept;
  size_t begin = 0;
  for (size_t number = 1; begin < text.size(); ++number) {
    const size_t end = text.find('\n', begin) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end;
    const std::string place = path + ":" + std::to_string(number);
    const json row = parse_json(line, place);
    const auto at = optional_member<int64_t>(row, "step", place);
    if (at && *at <= step) kept += line;
  }
  files.write_atomic(path, kept);
}

void append_json_line(FileSystem& files, const std::string& path, const ordered_json& line) {
  files.append(path, line.dump() + "\n");
}

}  // namespace kedge
