#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runs/record/run.h"
#include "runs/record/run_settings.h"

namespace folio::runs {

/// What stands in one cell: nothing where the run lacks it.
using FieldValue = std::variant<std::monostate, double, std::string>;

/// What can be asked of a run: id, name, model, state, created, tags, note and file; a setting by its dotted key; a
/// metric's final value by its name.
struct Field {
  enum class Kind { id, name, model, state, created, tags, note, file, setting, metric };

  Kind kind = Kind::id;
  std::string name;
  RunSettings::Key key = 0;  ///< of a setting
};

/// The fields that some runs have. Holds references to what it is given.
class RunFields {
 public:
  RunFields(const std::vector<RunSummary>& runs, const RunSettings& settings);

  std::optional<Field> find(const std::string& name) const;

  /// The same. Throws Error (usage) that begins with `where` ("--sort-by") and names the nearest.
  Field require(const std::string& name, const std::string& where) const;

  /// Of everything that find() knows.
  std::vector<std::string> names() const;

  FieldValue value(const RunSummary& run, const Field& field) const;

 private:
  const RunSettings& settings_;
  std::vector<std::string> metrics_;  // by name
};

/// The places of the values in the order of a sorted list: numbers before texts before nothing, NaN after the other
/// numbers; equal ones as they stand. `descending` turns it, but for nothing: what a run lacks comes last either way.
std::vector<std::size_t> sorted_places(const std::vector<FieldValue>& values, bool descending);

}  // namespace folio::runs
