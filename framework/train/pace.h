#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace folio::train {

/// How evenly a run takes its steps: the scatter of its speed over stretches of steps of equal number, 32 to 64 of them
/// as soon as there are so many.
class Pace {
 public:
  /// A step over so many tokens that took so long.
  void add(std::int64_t tokens, double seconds);

  /// Standard error of the tokens per second over all steps together, from the scatter of the stretches
  /// (ratio_standard_error()). None for fewer than kFewest stretches.
  std::optional<double> standard_error() const;

  /// For a checkpoint, and back.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  struct Stretch {
    double tokens = 0, seconds = 0;
  };
  static constexpr std::size_t kMost = 64, kFewest = 8;

  std::vector<Stretch> stretches_;  ///< whole ones
  Stretch open_;                    ///< the one that steps are added to
  std::int64_t steps_in_open_ = 0;
  std::int64_t steps_a_stretch_ = 1;
};

}  // namespace folio::train
