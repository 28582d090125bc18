#include "core/tensor_view.h"

#include <bit>
#include <cmath>

namespace kedge {

namespace {

std::array<int64_t, TensorView::kMaxRank> dense_strides(
    const std::array<int64_t, TensorView::kMaxRank>& shape, int rank) {
  std::array<int64_t, TensorView::kMaxRank> stride{};
  int64_t step = 1;
  for (int dim = rank - 1; dim >= 0; --dim) {
    stride[dim] = step;
    step *= shape[dim];
  }
  return stride;
}

TensorView slice(const TensorView& view, int dim, int64_t begin, int64_t end) {
  KEDGE_CHECK(dim < view.rank, "slice of dim ", dim, " of ", view.describe());
  KEDGE_CHECK(0 <= begin && begin <= end && end <= view.shape[dim], "slice [", begin, ", ", end,
              ") of dim ", dim, " of ", view.describe());
  TensorView result = view;
  result.shape[dim] = end - begin;
  if (view.data != nullptr) {
    result.data = static_cast<char*>(view.data) + begin * view.stride[dim] * size_of(view.dtype);
  }
  return result;
}

}  // namespace

int64_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::f64:
    case DType::i64:
      return 8;
    case DType::bf16:
    case DType::f16:
      return 2;
    case DType::u8:
      return 1;
  }
  KEDGE_CHECK(false, "dtype ", static_cast<int>(dtype));
  return 0;
}

const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::bf16:
      return "bf16";
    case DType::f16:
      return "f16";
    case DType::i32:
      return "i32";
    case DType::i64:
      return "i64";
    case DType::u8:
      return "u8";
  }
  return "unknown dtype";
}

const char* name_of(Device device) {
  switch (device) {
    case Device::cpu:
      return "cpu";
    case Device::cuda:
      return "cuda";
    case Device::meta:
      return "meta";
  }
  return "unknown device";
}

TensorView::TensorView(void* data, std::initializer_list<int64_t> shape, DType dtype, Device device)
    : data(data), rank(static_cast<int>(shape.size())), dtype(dtype), device(device) {
  KEDGE_CHECK(shape.size() <= kMaxRank, "rank ", shape.size(), " exceeds ", kMaxRank);
  int dim = 0;
  for (const int64_t size : shape) {
    KEDGE_CHECK(size >= 0, "dim ", dim, " has size ", size);
    this->shape[dim++] = size;
  }
  stride = dense_strides(this->shape, rank);
}

int64_t TensorView::numel() const {
  int64_t count = 1;
  for (int dim = 0; dim < rank; ++dim) count *= shape[dim];
  return count;
}

bool TensorView::is_contiguous() const {
  const auto dense = dense_strides(shape, rank);
  for (int dim = 0; dim < rank; ++dim) {
    // A dimension of one element is never stepped over: its stride says nothing.
    if (shape[dim] > 1 && stride[dim] != dense[dim]) return false;
  }
  return true;
}

std::string TensorView::describe() const {
  std::string text = std::string(name_of(dtype)) + "[";
  for (int dim = 0; dim < rank; ++dim) text += (dim > 0 ? "," : "") + std::to_string(shape[dim]);
  return text + "] " + name_of(device);
}

TensorView TensorView::rows(int64_t begin, int64_t end) const {
  return slice(*this, 0, begin, end);
}

TensorView TensorView::columns(int64_t begin, int64_t end) const {
  KEDGE_CHECK(rank == 2, "columns of ", describe());
  return slice(*this, 1, begin, end);
}

TensorView TensorView::reshaped(std::initializer_list<int64_t> shape) const {
  KEDGE_CHECK(is_contiguous(), "reshape of a view with gaps: ", describe());
  const TensorView result(data, shape, dtype, device);
  KEDGE_CHECK(result.numel() == numel(), "reshape of ", describe(), " to ", result.describe());
  return result;
}

uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  // Rounding could carry a NaN's payload into an infinity: keep it a NaN, made quiet.
  if (std::isnan(value)) return static_cast<uint16_t>((bits >> 16) | 0x0040u);
  const uint32_t rounding = 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<uint16_t>((bits + rounding) >> 16);
}

float from_bf16(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

float from_f16(uint16_t value) {
  const uint32_t sign = static_cast<uint32_t>(value & 0x8000u) << 16;
  const uint32_t exponent = (value >> 10) & 0x1fu;
  const uint32_t fraction = value & 0x3ffu;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in fp32
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide_exponent = exponent == 0x1fu ? 0xffu : exponent + 112;
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (fraction << 13));
}

}  // namespace kedge
