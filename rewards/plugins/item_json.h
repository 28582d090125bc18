// Items and verdicts as the JSON that plug-ins and reward servers see. Items are written straight
// into the message, and only what the plug-in reads: a batch of 64 costs microseconds, not
// milliseconds.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/reward.h"

namespace kedge {

// What an item may say, under these names.
enum class ItemField {
  prompt,          // text
  messages,        // of a conversational prompt; left out for plain text
  completion,      // text
  answer,          // the gold answer, text
  columns,         // object: other columns of the prompt
  completion_ids,  // list of token ids
  prompt_id,       // ordinal of the prompt, number
  sample,          // which answer of the prompt this is
  step,            // steps done before this one
  truncated,       // bool: the answer hit its length limit
  packed_ids,      // completion_ids as hex digits of 32-bit integers in this machine's order: a tenth
                   // of the time in Python
};

struct ItemFields {
  std::vector<ItemField> fields;
  // Which columns; nullopt: all.
  std::optional<std::vector<std::string>> columns;
};

// Every field and column; ids as a list only.
ItemFields all_item_fields();
// From a worker's {"fields":[...],"columns":[...] or null}. Unknown names: ConfigError at `place`.
ItemFields item_fields_from(const json& ready, const std::string& place);

// Which answer of its prompt an item is: the stream it was sampled with.
uint32_t stream_of(const RewardItem& item);
// Appends `text` as a JSON string; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// Appends {"prompt":...}. Columns the prompt does not have are left out.
void append_item(std::string& out, const RewardItem& item, const ItemFields& fields);
// Appends [{...},...].
void append_items(std::string& out, std::span<const RewardItem> items, const ItemFields& fields);

// One element of "verdicts". What is no verdict comes back as an error that says why: a kind that
// is missing or unknown, a score that is no number or not finite.
Verdict verdict_from(const json& value);

}  // namespace kedge
