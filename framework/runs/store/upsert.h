#pragma once

#include <soci/soci.h>

#include <vector>

namespace folio::runs {

/// Writes points of one run, row by row: {metrics[i], steps[i], values[i]}, each pair of metric and step once. Those
/// that are there already take the new value.
void upsert_points(soci::session& session, long long run, const std::vector<long long>& metrics,
                   const std::vector<long long>& steps, const std::vector<double>& values);

/// The same for the times of its steps, each of which keeps the one that it has.
void insert_times(soci::session& session, long long run, const std::vector<long long>& steps,
                  const std::vector<double>& times);

/// The same for its final values.
void upsert_finals(soci::session& session, long long run, const std::vector<long long>& metrics,
                   const std::vector<double>& values);

}  // namespace folio::runs
