// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as TensorBoard's record files use it.
#pragma once
#include <cstdint>
#include <string_view>

namespace kedge {

uint32_t crc32c(std::string_view bytes);  // crc32c("123456789") == 0xe3069283

}  // namespace kedge
