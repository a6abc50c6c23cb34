// MLflow's files: a run's meta.yaml and, after a line "%%", the file of a metric.

#include "imports.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile meta("mlruns/1/a/meta.yaml"), metric("mlruns/1/a/metrics/loss"), tag("mlruns/1/a/tags/t");
  const TwoParts parts = two_parts(bytes);
  meta.with(parts.first);
  metric.with(parts.second);
  tag.with(parts.second);
  check_import(meta.path().parent_path(), "mlruns/1/a");
}

}  // namespace folio::fuzz
