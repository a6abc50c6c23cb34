#include "runs/compare/run_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "support/error.h"
#include "support/nearest_name.h"

namespace folio::runs {
namespace {

using Kind = Field::Kind;

constexpr std::array<std::pair<const char*, Kind>, 8> kOwn{{{"id", Kind::id},
                                                            {"name", Kind::name},
                                                            {"model", Kind::model},
                                                            {"state", Kind::state},
                                                            {"created", Kind::created},
                                                            {"tags", Kind::tags},
                                                            {"note", Kind::note},
                                                            {"file", Kind::file}}};

FieldValue text_or_nothing(const std::string& text) { return text.empty() ? FieldValue() : FieldValue(text); }

FieldValue of_json(const nlohmann::json* value) {
  if (value == nullptr || value->is_null()) return {};
  if (value->is_number()) return value->get<double>();
  return value_text(*value);
}

bool less(const FieldValue& a, const FieldValue& b) {
  const auto rank = [](const FieldValue& value) {
    if (const double* number = std::get_if<double>(&value)) return std::isnan(*number) ? 1 : 0;
    return std::holds_alternative<std::string>(value) ? 2 : 3;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return rank(a) != 1 && a < b;
}

}  // namespace

RunFields::RunFields(const std::vector<RunSummary>& runs, const RunSettings& settings) : settings_(settings) {
  std::set<std::string, std::less<>> metrics;
  for (const RunSummary& run : runs) {
    for (const auto& [name, value] : run.metrics)
      if (!metrics.contains(name)) metrics.insert(name);
  }
  metrics_.assign(metrics.begin(), metrics.end());
}

std::optional<Field> RunFields::find(const std::string& name) const {
  for (const auto& [own, kind] : kOwn)
    if (name == own) return Field{kind, name};
  if (const auto key = settings_.find_key(name)) return Field{Kind::setting, name, *key};
  if (std::binary_search(metrics_.begin(), metrics_.end(), name)) return Field{Kind::metric, name};
  return std::nullopt;
}

Field RunFields::require(const std::string& name, const std::string& where) const {
  if (auto field = find(name)) return *field;
  throw Error(ErrorKind::usage,
              where + ": no run has a setting or a metric '" + name + "'" + did_you_mean(name, names()));
}

std::vector<std::string> RunFields::names() const {
  std::vector<std::string> names;
  for (const auto& [own, kind] : kOwn) names.emplace_back(own);
  names.insert(names.end(), settings_.keys().begin(), settings_.keys().end());
  names.insert(names.end(), metrics_.begin(), metrics_.end());
  return names;
}

FieldValue RunFields::value(const RunSummary& run, const Field& field) const {
  switch (field.kind) {
    case Kind::id:
      return run.id;
    case Kind::name:
      return text_or_nothing(run.name);
    case Kind::model:
      return text_or_nothing(run.model);
    case Kind::state:
      return std::string(to_string(run.state));
    case Kind::created:
      return text_or_nothing(run.created);
    case Kind::tags:
      return text_or_nothing(tags_text(run.tags));
    case Kind::note:
      return text_or_nothing(run.note);
    case Kind::file:
      return text_or_nothing(run.experiment_file);
    case Kind::setting:
      return of_json(settings_.value(run.id, field.key));
    case Kind::metric: {
      const auto found = run.metrics.find(field.name);
      return found == run.metrics.end() ? FieldValue() : FieldValue(found->second);
    }
  }
  __builtin_unreachable();
}

std::vector<std::size_t> sorted_places(const std::vector<FieldValue>& values, bool descending) {
  const auto known = [](const FieldValue& value) { return !std::holds_alternative<std::monostate>(value); };
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t left, std::size_t right) {
    const FieldValue &a = values[left], &b = values[right];
    const bool turned = descending && known(a) && known(b);
    return turned ? less(b, a) : less(a, b);
  });
  return places;
}

}  // namespace folio::runs
