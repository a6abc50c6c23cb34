#include "train/saving/random_state.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <string>
#include <utility>

namespace folio::train {
namespace {

std::vector<std::pair<std::string, at::Generator>> generators(c10::Device device) {
  std::vector<std::pair<std::string, at::Generator>> all{{"random_state.cpu", at::detail::getDefaultCPUGenerator()}};
  if (!device.is_cpu()) all.emplace_back("random_state.cuda", at::globalContext().defaultGenerator(device));
  return all;
}

}  // namespace

std::vector<NamedTensor> random_state(c10::Device device) {
  std::vector<NamedTensor> state;
  for (auto& [name, generator] : generators(device)) state.push_back({name, generator.get_state()});
  return state;
}

void restore_random_state(const std::vector<NamedTensor>& state, c10::Device device) {
  auto all = generators(device);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].second.set_state(state[i].tensor);
}

void restore_random_state(const SafetensorsFile& file, const std::filesystem::path& path, c10::Device device) {
  for (auto& [name, generator] : generators(device)) {
    const at::Tensor state = generator.get_state();  // of the right size
    copy_from_file(file, path, {name, state});
    generator.set_state(state);
  }
}

}  // namespace folio::train
