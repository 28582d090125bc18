#include "rewards/plugins/host.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/json.h"
#include "rewards/plugins/frame.h"
#include "rewards/plugins/item_json.h"
#include "rewards/plugins/plugin_library.h"

namespace kedge {
namespace {

constexpr const char* kPlace = "host";

// Blocking messages over a descriptor.
class Line {
 public:
  explicit Line(int descriptor) : descriptor_(descriptor) {}

  // nullopt when the far end has closed.
  std::optional<std::string> receive() {
    for (;;) {
      if (auto message = reader_.next()) return message;
      std::array<char, 64 << 10> buffer;
      const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      reader_.add({buffer.data(), static_cast<size_t>(got)});
    }
  }

  void send(const json& message) {
    std::string_view left = frame_ = frame_of(message.dump());
    while (!left.empty()) {
      const ssize_t wrote = ::write(descriptor_, left.data(), left.size());
      if (wrote < 0 && errno != EINTR) return;  // nobody listens: receive() will see it
      if (wrote > 0) left.remove_prefix(static_cast<size_t>(wrote));
    }
  }

 private:
  const int descriptor_;
  FrameReader reader_;
  std::string frame_;
};

PluginItem item_from(const json& value) {
  PluginItem item;
  item.prompt = required<std::string>(value, "prompt", kPlace);
  item.completion = required<std::string>(value, "completion", kPlace);
  item.answer = required<std::string>(value, "answer", kPlace);
  item.columns_json = required<json>(value, "columns", kPlace).dump();
  item.completion_ids = required<std::vector<int32_t>>(value, "completion_ids", kPlace);
  item.prompt_id = required<uint64_t>(value, "prompt_id", kPlace);
  item.sample = required<uint32_t>(value, "sample", kPlace);
  item.step = required<int64_t>(value, "step", kPlace);
  item.truncated = required<bool>(value, "truncated", kPlace);
  return item;
}

json message_of(const Verdict& verdict) {
  json message = {{"kind", name_of(verdict.kind)}};
  if (verdict.has_score()) message["score"] = verdict.score;
  if (!verdict.note.empty()) message["note"] = verdict.note;
  return message;
}

json answer_to(const json& request, const PluginInstance& instance) {
  std::vector<PluginItem> items;
  for (const json& item : required<std::vector<json>>(request, "items", kPlace)) {
    items.push_back(item_from(item));
  }
  json verdicts = json::array();
  for (const Verdict& verdict : instance.score(items)) verdicts.push_back(message_of(verdict));
  return {{"id", request.at("id")}, {"first", 0}, {"verdicts", std::move(verdicts)}};
}

json ready_message(const PluginLibrary& library) {
  return {{"op", "ready"},
          {"fields",
           {"prompt", "completion", "answer", "columns", "completion_ids", "prompt_id", "sample",
            "step", "truncated"}},
          {"columns", nullptr},
          {"groups_only", library.plugin().scope == 1}};
}

void serve(Line& line, const json& start) {
  const auto path = required<std::string>(start, "path", kPlace);
  const PluginLibrary library(path, path);
  const PluginInstance instance(library, required<std::string>(start, "config", kPlace));
  line.send(ready_message(library));
  while (const auto message = line.receive()) {
    line.send(answer_to(parse_json(*message, kPlace), instance));
  }
}

}  // namespace

int run_plugin_host(int frames) {
  Line line(frames);
  const auto start = line.receive();
  if (!start) return 0;
  try {
    serve(line, parse_json(*start, kPlace));
    return 0;
  } catch (const std::exception& error) {
    line.send({{"op", "refused"}, {"found", error.what()}});
    return 1;
  }
}

}  // namespace kedge
