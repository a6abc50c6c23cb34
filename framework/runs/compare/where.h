#pragma once

#include <memory>
#include <string>

#include "runs/compare/run_fields.h"

namespace folio::runs {

/// A condition on runs:
///
///   training.learning_rate<1e-4 and (state=finished or not model=bert)
///
/// Comparisons are FIELD OP VALUE with = != < <= > >= and ~ (contains, whatever the case); a value with spaces stands
/// in quotes. Two numbers are compared as numbers, all else as text; `tags=x` asks whether x is among the tags. Where a
/// run lacks the field, a comparison with it is false, != too: what is not known is not different. `and` binds tighter
/// than `or`, `not` tighter than both.
class Where {
 public:
  /// Throws Error (usage) that shows `text` with a mark below the place that is wrong, and the nearest right name.
  Where(const std::string& text, const RunFields& fields);
  ~Where();
  Where(Where&&) noexcept;

  bool holds(const RunSummary& run, const RunFields& fields) const;

  /// Whether a comparison in it is about a field of this kind.
  bool asks(Field::Kind kind) const;

  struct Node;

 private:
  std::unique_ptr<Node> root_;
};

}  // namespace folio::runs
