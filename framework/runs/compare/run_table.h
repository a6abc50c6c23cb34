#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compare/run_fields.h"
#include "runs/record/run.h"
#include "runs/record/run_settings.h"

namespace folio::runs {

/// What is wanted of a table of runs. Patterns are those of file names: "training.*".
struct TableRequest {
  std::vector<std::string> metrics{};  ///< by name; empty: the usual ones, as far as any run has them
  std::vector<std::string> keep{};     ///< patterns; not empty: only such columns, also settings that do not differ
  std::vector<std::string> drop{};     ///< patterns
  std::string sort_by{};               ///< a field; empty: as the runs are given
  bool descending = false;             ///< what lacks the field comes last all the same
  bool group = false;                  ///< one row for the runs that differ in their seeds alone
};

struct TableCell {
  FieldValue value;                 ///< of a group's metric, the mean over the runs that have it
  std::optional<double> deviation;  ///< of a group's metric that two runs or more have: the sample standard deviation
  std::size_t count = 0;            ///< runs that have it
};

/// Runs down; what tells them apart and what they measured across.
struct RunTable {
  struct Row {
    std::vector<const RunSummary*> runs;  ///< one, or those of a group
    std::vector<TableCell> cells;         ///< by column
  };

  std::vector<Field> columns;
  std::vector<Row> rows;
  bool grouped = false;
  std::string without_column;      ///< a note on settings that have no column here; empty where there are none
  std::vector<std::string> notes;  ///< what a reader should know before drawing conclusions
};

/// `runs` must outlive the table. Throws Error (usage) for a name or pattern that fits no field of `fields`, which may
/// be those of more runs.
RunTable make_table(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
                    const TableRequest& request);

}  // namespace folio::runs
