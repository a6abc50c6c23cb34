#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "folio/model.h"
#include "formats/safetensors.h"

namespace folio::train {

/// A tensor as a file is to have it. It may be a view of one that is in use, with any strides; the file has C order.
struct NamedTensor {
  std::string name;
  at::Tensor tensor;
};

/// The parameter's view that has the shape of its tensor in a file.
at::Tensor as_in_file(const Parameter& parameter);

/// The model's parameters as Hugging Face's files name and turn them.
std::vector<NamedTensor> file_tensors(const Model& model);

/// Bytes that the tensors take, without gaps.
std::size_t bytes_of(const std::vector<NamedTensor>& tensors);

/// Copies the tensor's elements to `out` in C order, in the calling thread alone. It must be on the CPU.
void copy_in_order(const at::Tensor& tensor, char* out);

/// How a file describes bytes that lie in C order at `data`.
TensorView view_of(const NamedTensor& tensor, const void* data);

/// The file's bytes as a tensor, which is only read and lives as long as the file's mapping. Throws Error (run) naming
/// both for a type that no checkpoint has.
at::Tensor tensor_at(const TensorView& view, const std::filesystem::path& path);

/// Copies the one of this name into `tensor`. Throws Error (run) naming the tensor where it is missing, of another type
/// or of another shape.
void copy_from_state(const std::map<std::string, at::Tensor>& state, const NamedTensor& tensor);

/// Copies the file's tensor of this name into `tensor`. Throws Error (run) naming the file and the tensor where it is
/// missing, of another type or of another shape.
void copy_from_file(const SafetensorsFile& file, const std::filesystem::path& path, const NamedTensor& tensor);

}  // namespace folio::train
