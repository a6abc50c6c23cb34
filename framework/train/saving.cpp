#include "train/saving.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <vector>

#include "folio/error.h"
#include "formats/safetensors.h"
#include "support/files.h"

namespace folio::train {
namespace {

/// The parameter as the file has it: on the CPU, in C order.
at::Tensor file_tensor(const Parameter& parameter) {
  const at::Tensor tensor = parameter.tensor.detach().to(at::kCPU);
  return parameter.transposed_in_file ? tensor.t().contiguous() : tensor.contiguous();
}

void load_parameter(const Parameter& parameter, const SafetensorsFile& file, const std::filesystem::path& path) {
  const std::string place = path.string() + ": tensor '" + parameter.name + "'";
  const TensorView* view = file.find(parameter.name);
  if (view == nullptr) throw Error(ErrorKind::run, place + " is missing");
  if (view->dtype != "F32") throw Error(ErrorKind::run, place + " is of type " + view->dtype + ", expected F32");
  const at::Tensor expected = file_tensor(parameter);
  if (at::IntArrayRef(view->shape) != expected.sizes())
    throw Error(ErrorKind::run, place + " has a different shape from the model's");
  // The mapping is only read: copy_ takes the bytes into the parameter's own memory.
  const at::Tensor stored = at::from_blob(const_cast<void*>(view->data), view->shape, at::kFloat);
  parameter.tensor.copy_(parameter.transposed_in_file ? stored.t() : stored);
}

}  // namespace

void save_model(const Model& model, const std::filesystem::path& folder) {
  make_directories(folder);
  std::vector<at::Tensor> tensors;  // keeps alive what the views point into
  std::vector<TensorView> views;
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor& tensor = tensors.emplace_back(file_tensor(parameter));
    views.push_back({parameter.name, "F32", tensor.sizes().vec(), tensor.const_data_ptr(), tensor.nbytes()});
  }
  write_safetensors(folder / "model.safetensors", views);
  write_file_atomically(folder / "config.json", model.config_json());
}

void load_model(Model& model, const std::filesystem::path& folder) {
  const at::NoGradGuard no_grad;
  const std::filesystem::path path = folder / "model.safetensors";
  const SafetensorsFile file(path);
  for (const Parameter& parameter : model.parameters()) load_parameter(parameter, file, path);
}

}  // namespace folio::train
