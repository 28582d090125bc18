// Blocks between lines of three backticks.
#pragma once
#include <optional>
#include <string_view>

namespace kedge {

// Inside of the last block that is closed; the word behind the opening fence is not part of it.
std::optional<std::string_view> last_fenced_block(std::string_view text);

}  // namespace kedge
