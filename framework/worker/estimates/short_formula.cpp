#include "worker/estimates/short_formula.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace folio::worker {
namespace {

using nlohmann::json;

struct Sizes {
  std::int64_t vocab, hidden, layers, intermediate;
};

/// The sizes under the names that Hugging Face's configurations have for them.
std::optional<Sizes> sizes_of(const json& config) {
  const auto find = [&](std::initializer_list<const char*> names) -> std::optional<std::int64_t> {
    for (const char* name : names)
      if (config.contains(name) && config[name].is_number_integer()) return config[name].get<std::int64_t>();
    return std::nullopt;
  };
  const auto vocab = find({"vocab_size"});
  const auto hidden = find({"hidden_size", "n_embd", "dim", "d_model"});
  const auto layers = find({"num_hidden_layers", "n_layer", "n_layers", "num_layers"});
  const auto intermediate = find({"intermediate_size", "n_inner", "hidden_dim", "d_ff"});
  if (!vocab || !hidden || !layers || !intermediate) return std::nullopt;
  return Sizes{*vocab, *hidden, *layers, *intermediate};
}

/// What the formula counts or leaves out, as a parameter belongs to it.
enum class Term { token_embedding, other_embeddings, attention, feed_forward, biases, norms, head };

constexpr std::array<std::pair<Term, const char*>, 7> kTerms{
    {{Term::token_embedding, "token embedding"},
     {Term::other_embeddings, "positions and other embeddings"},
     {Term::attention, "attention matrices"},
     {Term::feed_forward, "feed-forward matrices"},
     {Term::biases, "biases of attention and feed-forward"},
     {Term::norms, "norms"},
     {Term::head, "head"}}};

Term term_of(const Parameter& parameter, const Sizes& sizes) {
  const bool is_matrix = parameter.tensor.dim() > 1;
  switch (parameter.part) {
    case Part::norms:
      return Term::norms;
    case Part::head:
      return Term::head;
    case Part::embeddings:
      return is_matrix && parameter.tensor.size(0) == sizes.vocab ? Term::token_embedding : Term::other_embeddings;
    case Part::attention:
      return is_matrix ? Term::attention : Term::biases;
    case Part::feed_forward:
      break;
  }
  return is_matrix ? Term::feed_forward : Term::biases;
}

std::int64_t in_formula(Term term, const Sizes& sizes) {
  switch (term) {
    case Term::token_embedding:
      return sizes.vocab * sizes.hidden;
    case Term::attention:
      return sizes.layers * 4 * sizes.hidden * sizes.hidden;
    case Term::feed_forward:
      return sizes.layers * 2 * sizes.hidden * sizes.intermediate;
    default:
      return 0;
  }
}

/// "a.weight 512 x 768, b.bias 768 and 22 more"
std::string named(const std::vector<const Parameter*>& parameters) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < parameters.size() && i < kShown; ++i) {
    const Parameter& parameter = *parameters[i];
    const auto sizes = parameter.tensor.sizes();
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", parameter.name, fmt::join(sizes.begin(), sizes.end(), " x "));
  }
  if (parameters.size() > kShown) text += fmt::format(" and {} more", parameters.size() - kShown);
  return text;
}

}  // namespace

json short_formula(const Model& model) {
  const auto sizes = sizes_of(json::parse(model.config_json(), nullptr, /*allow_exceptions=*/false));
  if (!sizes) return nullptr;
  json differences = json::array();
  std::int64_t formula = 0;
  for (const auto& [term, what] : kTerms) {
    std::vector<const Parameter*> parameters;
    std::int64_t exact = 0;
    for (const Parameter& parameter : model.parameters()) {
      if (term_of(parameter, *sizes) != term) continue;
      parameters.push_back(&parameter);
      exact += parameter.tensor.numel();
    }
    const std::int64_t counted = in_formula(term, *sizes);
    formula += counted;
    differences.push_back({{"what", what},
                           {"formula", counted},
                           {"exact", exact},
                           {"difference", exact - counted},
                           {"tensors", named(parameters)}});
  }
  return {{"vocab", sizes->vocab},     {"hidden", sizes->hidden},
          {"layers", sizes->layers},   {"intermediate", sizes->intermediate},
          {"count", formula},          {"without_feed_forward", formula - in_formula(Term::feed_forward, *sizes)},
          {"differences", differences}};
}

}  // namespace folio::worker
