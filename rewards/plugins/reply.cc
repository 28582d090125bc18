#include "rewards/plugins/reply.h"

#include "core/json.h"
#include "rewards/plugins/item_json.h"

namespace kedge {

Reply reply_from(std::string_view message, int64_t id, size_t num_items) {
  const json value = parse_json(message, "reply");
  if (const auto answered = required<int64_t>(value, "id", "reply"); answered != id) {
    throw ConfigError("reply", "found id " + std::to_string(answered),
                      "expected " + std::to_string(id));
  }
  Reply reply;
  reply.first = required<size_t>(value, "first", "reply");
  const auto verdicts = value.find("verdicts");
  if (verdicts == value.end() || !verdicts->is_array()) {
    throw ConfigError("reply: verdicts", "missing or no list", "a list");
  }
  for (const json& verdict : *verdicts) reply.verdicts.push_back(verdict_from(verdict));
  if (reply.first > num_items || reply.verdicts.size() > num_items - reply.first) {
    throw ConfigError("reply", detail::concat(reply.verdicts.size(), " verdicts from item ",
                                              reply.first, " of ", num_items));
  }
  reply.log = member_or<std::string>(value, "log", "", "reply");
  return reply;
}

}  // namespace kedge
