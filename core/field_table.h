// Settings as Markdown, for pages that are generated.
#pragma once
#include <string>
#include <vector>

#include "core/schema.h"

namespace kedge {

// The fields as one table behind an empty line; nothing for no fields. A '|' inside a cell is escaped.
std::string field_table(const std::vector<FieldDoc>& fields);

}  // namespace kedge
