// configs/REFERENCE.md, made from the schema and the registries: generated, never typed.
#pragma once
#include <string>

namespace kedge {

std::string reference_page();

}  // namespace kedge
