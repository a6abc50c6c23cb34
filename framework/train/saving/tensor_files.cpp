#include "train/saving/tensor_files.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "folio/error.h"

namespace folio::train {
namespace {

constexpr std::array<std::pair<const char*, at::ScalarType>, 4> kTypes{
    {{"F32", at::kFloat}, {"F64", at::kDouble}, {"I64", at::kLong}, {"U8", at::kByte}}};

std::string dtype_of(const at::Tensor& tensor) {
  for (const auto& [name, type] : kTypes)
    if (tensor.scalar_type() == type) return name;
  throw std::logic_error("a tensor of this type has no place in a checkpoint");
}

/// Of a matrix whose columns lie together: in squares so small that their lines do not push each other out of the
/// cache.
void copy_transposed(const float* in, float* out, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kSide = 8;
  for (std::int64_t row = 0; row < rows; row += kSide)
    for (std::int64_t column = 0; column < columns; column += kSide)
      for (std::int64_t r = row; r < std::min(row + kSide, rows); ++r)
        for (std::int64_t c = column; c < std::min(column + kSide, columns); ++c)
          out[r * columns + c] = in[c * rows + r];
}

}  // namespace

at::Tensor as_in_file(const Parameter& parameter) {
  const at::Tensor tensor = parameter.tensor.detach();
  return parameter.transposed_in_file ? tensor.t() : tensor;
}

std::vector<NamedTensor> file_tensors(const Model& model) {
  std::vector<NamedTensor> tensors;
  for (const Parameter& parameter : model.parameters()) tensors.push_back({parameter.name, as_in_file(parameter)});
  return tensors;
}

std::size_t bytes_of(const std::vector<NamedTensor>& tensors) {
  std::size_t bytes = 0;
  for (const NamedTensor& named : tensors) bytes += named.tensor.nbytes();
  return bytes;
}

void copy_in_order(const at::Tensor& tensor, char* out) {
  if (tensor.is_contiguous()) {
    std::memcpy(out, tensor.const_data_ptr(), tensor.nbytes());
  } else if (tensor.dim() == 2 && tensor.scalar_type() == at::kFloat && tensor.t().is_contiguous()) {
    copy_transposed(tensor.const_data_ptr<float>(), reinterpret_cast<float*>(out), tensor.size(0), tensor.size(1));
  } else {
    const at::Tensor whole = tensor.contiguous();
    std::memcpy(out, whole.const_data_ptr(), whole.nbytes());
  }
}

TensorView view_of(const NamedTensor& tensor, const void* data) {
  return {tensor.name, dtype_of(tensor.tensor), tensor.tensor.sizes().vec(), data, tensor.tensor.nbytes()};
}

at::Tensor tensor_at(const TensorView& view, const std::filesystem::path& path) {
  for (const auto& [name, type] : kTypes)
    if (view.dtype == name)  // the mapping is only read
      return at::from_blob(const_cast<void*>(view.data), view.shape, at::TensorOptions(type));
  throw Error(ErrorKind::run,
              path.string() + ": tensor '" + view.name + "' is of type " + view.dtype + ", which no checkpoint has");
}

void copy_from_state(const std::map<std::string, at::Tensor>& state, const NamedTensor& tensor) {
  const std::string place = "tensor '" + tensor.name + "'";
  const auto found = state.find(tensor.name);
  if (found == state.end()) throw Error(ErrorKind::run, place + " is missing");
  const at::Tensor& stored = found->second;
  if (stored.scalar_type() != tensor.tensor.scalar_type())
    throw Error(ErrorKind::run, place + " is of type " + dtype_of(stored) + ", expected " + dtype_of(tensor.tensor));
  if (stored.sizes() != tensor.tensor.sizes())
    throw Error(ErrorKind::run, place + " has a different shape from what the run needs");
  const at::NoGradGuard no_grad;
  tensor.tensor.copy_(stored);
}

void copy_from_file(const SafetensorsFile& file, const std::filesystem::path& path, const NamedTensor& tensor) {
  std::map<std::string, at::Tensor> state;
  if (const TensorView* view = file.find(tensor.name)) state[tensor.name] = tensor_at(*view, path);
  try {
    copy_from_state(state, tensor);
  } catch (const Error& error) {  // it does not know the file
    throw Error(error.kind(), path.string() + ": " + error.what());
  }
}

}  // namespace folio::train
