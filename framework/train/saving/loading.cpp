#include "train/saving/loading.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string_view>

#include "folio/error.h"
#include "formats/misfits.h"
#include "train/saving/tensor_files.h"
#include "train/saving/weight_types.h"

namespace folio::train {
namespace {

constexpr std::size_t kBufferBytes = 4 << 20;

/// `pattern` has * for any text.
bool fits(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  for (std::size_t begin = star; begin <= name.size(); ++begin)
    if (fits(pattern.substr(star + 1), name.substr(begin))) return true;
  return false;
}

bool fits_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return fits(p, name); });
}

class Matcher {
 public:
  Matcher(const std::vector<Parameter>& parameters, const ModelWeights& weights, const HuggingFaceClass& saved_from,
          bool ties_head)
      : weights_(weights), class_(saved_from), ties_head_(ties_head) {
    for (const Parameter& parameter : parameters) parameters_.emplace(parameter.name, &parameter);
    prefix_ = class_.base_prefix + ".";
    const auto has_prefix = [&](const ModelWeights::Tensor& t) { return t.entry.name.starts_with(prefix_); };
    is_base_ =
        !class_.base_prefix.empty() && std::none_of(weights.tensors().begin(), weights.tensors().end(), has_prefix);
  }

  WeightsMatch run(const std::vector<Parameter>& parameters) {
    for (const ModelWeights::Tensor& tensor : weights_.tensors()) place(tensor);
    if (ties_head_)
      for (const Parameter& parameter : parameters) copy_tied(parameter.name);
    WeightsMatch match;
    match.notes = notes();
    std::vector<std::string> missing;
    for (const Parameter& parameter : parameters) {
      auto found = filled_.find(parameter.name);
      const auto alias = aliases_.find(parameter.name);
      if (found == filled_.end() && alias != aliases_.end()) {
        found = filled_.emplace(parameter.name, alias->second).first;
        aliases_.erase(alias);
      }
      if (found == filled_.end())
        missing.push_back(parameter.name);
      else if (fits_parameter(parameter, *found->second))
        match.pairs.push_back({parameter, *found->second});
    }
    for (const std::string& name : missing) misfits_.add("missing", name);
    if (misfits_.any()) fail(missing);
    for (const auto& [name, tensor] : aliases_)
      if (const auto of = parameters_.find(name); of != parameters_.end()) match.tied.push_back({*of->second, *tensor});
    return match;
  }

 private:
  /// The name as the class has it.
  std::string name_of(std::string name) const {
    constexpr std::pair<std::string_view, std::string_view> kOld[] = {{".gamma", ".weight"}, {".beta", ".bias"}};
    for (const auto& [old, now] : kOld)
      if (name.ends_with(old) && !parameters_.contains(name)) name.replace(name.size() - old.size(), old.size(), now);
    if (is_base_ && !parameters_.contains(name) && !tied_to(name)) name = prefix_ + name;
    return name;
  }

  /// The parameter that a tensor of this name must equal.
  const std::string* tied_to(const std::string& name) const {
    for (const auto& [alias, parameter] : class_.tied)
      if (alias == name) return &parameter;
    return nullptr;
  }

  void place(const ModelWeights::Tensor& tensor) {
    const std::string name = name_of(tensor.entry.name);
    if (parameters_.contains(name)) {
      const auto [at, is_new] = filled_.emplace(name, &tensor);
      if (!is_new) misfits_.add("twice", fmt::format("{} and {}", at->second->entry.name, tensor.entry.name));
    } else if (const std::string* parameter = tied_to(name)) {
      aliases_.emplace(*parameter, &tensor);
    } else if (fits_any(class_.other_heads, name)) {
      unused_.push_back(tensor.entry.name);
    } else if (!fits_any(class_.buffers, name)) {
      misfits_.add("left over", tensor.entry.name);
    }
  }

  /// Where the file has no tensor for the parameter, but one for what it is tied to there.
  void copy_tied(const std::string& parameter) {
    const std::string* other = tied_to(parameter);
    if (other == nullptr || filled_.contains(parameter) || !filled_.contains(*other)) return;
    filled_.emplace(parameter, filled_.at(*other));
    copied_.push_back(fmt::format(
        "config.json ties {0} to {1}; here it begins as a copy of it, and training parts them", parameter, *other));
  }

  bool fits_parameter(const Parameter& parameter, const ModelWeights::Tensor& stored) {
    return add_misfits(stored.entry.name, stored.entry.dtype, stored.entry.shape, as_in_file(parameter).sizes(),
                       misfits_);
  }

  std::vector<std::string> notes() const {
    if (unused_.empty()) return copied_;
    std::string names;
    for (std::size_t i = 0; i < std::min(unused_.size(), Misfits::kMostNamed); ++i)
      names += (i > 0 ? ", " : "") + unused_[i];
    std::vector<std::string> notes = copied_;
    notes.push_back(fmt::format("{} tensors belong to other heads than {}'s and are not used: {}", unused_.size(),
                                class_.name, names));
    return notes;
  }

  [[noreturn]] void fail(const std::vector<std::string>& missing) const {
    const std::string folder = weights_.files().front().parent_path().string();
    std::string text = fmt::format("{}: its tensors are not those of the model{}:{}", folder,
                                   class_.name.empty() ? "" : ", a " + class_.name, misfits_.text());
    const auto in_base = [&](const std::string& name) { return name.starts_with(prefix_); };
    if (!class_.base_prefix.empty() && !missing.empty() && std::none_of(missing.begin(), missing.end(), in_base))
      text +=
          fmt::format("\nThe head is missing, and Folio makes none up: expected a folder saved from {}", class_.name);
    throw Error(ErrorKind::experiment, text);
  }

  const ModelWeights& weights_;
  const HuggingFaceClass& class_;
  bool ties_head_;
  std::map<std::string, const Parameter*> parameters_;
  std::string prefix_;
  bool is_base_ = false;
  std::map<std::string, const ModelWeights::Tensor*> filled_;        // by parameter
  std::multimap<std::string, const ModelWeights::Tensor*> aliases_;  // by the parameter that they must equal
  std::vector<std::string> unused_;
  std::vector<std::string> copied_;  // what is noted of them
  Misfits misfits_;
};

/// Calls `visit` with the tensor's rows, some MiB at a time, as float32, float16 or bfloat16 [rows, ...].
template <typename Visit>
void for_each_part(const ModelWeights::Tensor& stored, const ModelWeights& weights, const Visit& visit) {
  const std::vector<std::int64_t>& shape = stored.entry.shape;
  const std::int64_t rows = shape.empty() ? 1 : shape[0];
  if (stored.entry.bytes == 0) return;
  const std::uint64_t row_bytes = stored.entry.bytes / static_cast<std::uint64_t>(rows);
  const auto at_once = static_cast<std::int64_t>(std::max<std::uint64_t>(1, kBufferBytes / row_bytes));
  const auto buffer = std::make_unique_for_overwrite<char[]>(row_bytes * std::min(at_once, rows));
  std::vector<std::int64_t> part = shape.empty() ? std::vector<std::int64_t>{1} : shape;
  for (std::int64_t row = 0; row < rows; row += part[0]) {
    part[0] = std::min(at_once, rows - row);
    weights.read(stored, static_cast<std::uint64_t>(row) * row_bytes, buffer.get(),
                 static_cast<std::size_t>(part[0]) * row_bytes);
    visit(row, at::from_blob(buffer.get(), part, *weight_type_of(stored.entry.dtype)));
  }
}

void fill(const WeightsMatch::Pair& pair, const ModelWeights& weights) {
  const at::Tensor to = as_in_file(pair.parameter);
  if (pair.stored.entry.dtype == "F32" && to.is_contiguous() && to.is_cpu())
    return weights.read(pair.stored, 0, static_cast<char*>(to.mutable_data_ptr()), pair.stored.entry.bytes);
  const at::Tensor rows = to.dim() == 0 ? to.view(1) : to;
  for_each_part(pair.stored, weights,
                [&](std::int64_t row, const at::Tensor& part) { rows.narrow(0, row, part.size(0)).copy_(part); });
}

/// Throws where the tensor differs from the parameter.
void check_tied(const WeightsMatch::Pair& pair, const ModelWeights& weights) {
  const at::Tensor parameter = as_in_file(pair.parameter);
  const at::Tensor wanted = parameter.dim() == 0 ? parameter.view(1) : parameter;
  bool same = parameter.sizes() == at::IntArrayRef(pair.stored.entry.shape) &&
              weight_type_of(pair.stored.entry.dtype).has_value();
  if (same) {
    for_each_part(pair.stored, weights, [&](std::int64_t row, const at::Tensor& part) {
      same = same && wanted.narrow(0, row, part.size(0)).equal(part.to(at::kFloat));
    });
  }
  if (same) return;
  throw Error(ErrorKind::experiment,
              fmt::format("{}: tensor '{}' is not the same as {}, but the model has one for both: expected a folder "
                          "whose config.json ties them, and whose weights are tied",
                          weights.file_of(pair.stored).string(), pair.stored.entry.name, pair.parameter.name));
}

}  // namespace

WeightsMatch match_weights(const std::vector<Parameter>& parameters, const ModelWeights& weights,
                           const HuggingFaceClass& saved_from, bool ties_head) {
  return Matcher(parameters, weights, saved_from, ties_head).run(parameters);
}

void load_weights(const WeightsMatch& match, const ModelWeights& weights) {
  const at::NoGradGuard no_grad;
  for (const WeightsMatch::Pair& pair : match.pairs) fill(pair, weights);
  for (const WeightsMatch::Pair& pair : match.tied) check_tied(pair, weights);
}

}  // namespace folio::train
