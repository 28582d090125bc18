// TensorView: pointer, shape, strides, dtype and device of memory somebody else owns. What operators,
// kernels and collectives take. Copying a view copies no data; a view never outlives its owner.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "core/error.h"

namespace kedge {

enum class DType : uint8_t { f32, f64, bf16, f16, i32, i64, u8 };
enum class Device : uint8_t { cpu, cuda, meta };

int64_t size_of(DType dtype);            // bytes of one element
const char* name_of(DType dtype);        // "f32", ...
const char* name_of(Device device);

struct TensorView {
  static constexpr int kMaxRank = 4;

  void* data = nullptr;
  std::array<int64_t, kMaxRank> shape{};
  std::array<int64_t, kMaxRank> stride{};  // in elements
  int rank = 0;
  DType dtype = DType::f32;
  Device device = Device::cpu;

  TensorView() = default;
  // A dense row-major view.
  TensorView(void* data, std::initializer_list<int64_t> shape, DType dtype = DType::f32,
             Device device = Device::cpu);

  bool empty() const { return data == nullptr; }
  int64_t size(int dim) const { return shape[dim]; }
  int64_t numel() const;
  int64_t bytes() const { return numel() * size_of(dtype); }
  bool is_contiguous() const;
  std::string describe() const;  // "f32[3,128] cpu"

  // Typed access; another dtype than the view's is an InvariantError.
  float* f32() const {
    KEDGE_CHECK(dtype == DType::f32, "tensor is ", describe());
    return static_cast<float*>(data);
  }
  uint16_t* bf16() const {
    KEDGE_CHECK(dtype == DType::bf16, "tensor is ", describe());
    return static_cast<uint16_t*>(data);
  }

  TensorView rows(int64_t begin, int64_t end) const;     // slice of dim 0
  TensorView columns(int64_t begin, int64_t end) const;  // slice of dim 1 (rank 2)
  TensorView reshaped(std::initializer_list<int64_t> shape) const;  // contiguous only
};

// bf16 conversions, round to nearest even; NaN stays NaN.
uint16_t to_bf16(float value);
float from_bf16(uint16_t value);
float from_f16(uint16_t value);

}  // namespace kedge
