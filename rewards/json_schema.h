// The part of JSON Schema that answers are checked with: type, required, properties, items, enum,
// minimum, maximum, additionalProperties. Other keywords are refused, not ignored.
#pragma once
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge {

class JsonSchema {
 public:
  // ConfigError at `place` where the schema is not one of this subset.
  JsonSchema(json schema, const std::string& place);

  // Where and why a value does not fit ("answer.price: found \"x\", expected number"), one line each;
  // empty: it fits.
  std::vector<std::string> problems(const json& value) const;

  // Share of the required members of the top level that are there and fit; 1 where none is required.
  double share_of_required(const json& value) const;

 private:
  json schema_;
};

}  // namespace kedge
