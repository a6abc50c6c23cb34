#include "runs/plot/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace folio::runs {
namespace {

/// The least of 1, 2, 5, 10 times a power of ten that is not below the distance.
double round_distance(double distance) {
  const double power = std::pow(10, std::floor(std::log10(distance)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= distance * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

std::vector<double> multiples(double low, double high, double distance) {
  constexpr double kMostCounted = 1LL << 52;  // beyond it, adding 1 may change nothing
  std::vector<double> values;
  const double first = std::ceil(low / distance - 1e-9), last = std::floor(high / distance + 1e-9);
  if (!(std::abs(first) < kMostCounted && std::abs(last) < kMostCounted)) return {low};
  for (double i = first; i <= last; ++i) values.push_back(i == 0 ? 0 : i * distance);
  return values;
}

std::vector<double> linear_values(double low, double high, int count) {
  const int parts = std::max(1, count);
  return multiples(low, high, round_distance(high / parts - low / parts));  // the difference alone may overflow
}

std::vector<double> logarithmic_values(double low, double high, int count) {
  const int first = static_cast<int>(std::floor(std::log10(low))), last = static_cast<int>(std::ceil(std::log10(high)));
  const int decades = std::max(1, last - first);
  if (decades <= 1)
    return linear_values(low, high, count);  // a range of less than ten times has no power of ten to show
  const int every = std::max(1, decades / std::max(1, count));
  std::vector<double> values;
  for (int power = first; power <= last; power += every)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10, power);
      if ((factor == 1 || 2 * decades <= count) && value >= low && value <= high) values.push_back(value);
    }
  return values;
}

std::vector<double> values_of(double low, double high, int count, bool logarithmic) {
  if (!(low < high)) return {low};
  return logarithmic ? logarithmic_values(low, high, count) : linear_values(low, high, count);
}

/// With as many digits as tell ticks apart that are so far from each other.
std::string plain(double value, double distance) {
  constexpr int kUsual = 6, kMost = 17;
  if (value == 0 || !(distance > 0)) return fmt::format("{:.6g}", value);
  const int digits = static_cast<int>(std::ceil(std::log10(std::abs(value) / distance) + 1e-9)) + 1;
  return fmt::format("{:.{}g}", value, std::clamp(digits, kUsual, kMost));
}

/// The least distance between two of them; 0 of one.
double distance_of(const std::vector<double>& values) {
  double least = 0;
  for (std::size_t i = 1; i < values.size(); ++i)
    least = i == 1 ? values[1] - values[0] : std::min(least, values[i] - values[i - 1]);
  return least;
}

/// "1500", "20k", "1.2M".
std::string count_text(double value, double distance) {
  constexpr std::array kUnits{std::pair(1e12, "T"), std::pair(1e9, "G"), std::pair(1e6, "M"), std::pair(1e3, "k")};
  for (const auto& [size, unit] : kUnits)
    if (std::abs(value) >= 10 * size || (size > 1e3 && std::abs(value) >= size))
      return plain(value / size, distance / size) + unit;
  return plain(value, distance);
}

/// "45 s", "2:30", "1:30:00".
std::string time_text(double seconds, double distance) {
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 60) return plain(seconds, distance) + " s";
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::vector<double> time_values(double low, double high, int count) {
  constexpr std::array kDistances{60.0,   120.0,  300.0,   600.0,   900.0,   1800.0,   3600.0,
                                  7200.0, 10800., 21600.0, 43200.0, 86400.0, 172800.0, 604800.0};
  const double wanted = (high - low) / std::max(1, count);
  if (wanted < 30) return linear_values(low, high, count);
  for (const double distance : kDistances)
    if (distance >= wanted) return multiples(low, high, distance);
  return multiples(low, high, 86400 * round_distance(wanted / 86400));
}

}  // namespace

std::vector<Tick> ticks(double low, double high, int count, bool logarithmic) {
  std::vector<Tick> result;
  const std::vector<double> values = values_of(low, high, count, logarithmic);
  for (const double value : values) result.push_back({value, plain(value, distance_of(values))});
  return result;
}

std::vector<Tick> x_ticks(XAxis axis, double low, double high, int count, bool logarithmic) {
  const bool is_time = axis == XAxis::time;
  const std::vector<double> values =
      is_time && !logarithmic && low < high ? time_values(low, high, count) : values_of(low, high, count, logarithmic);
  std::vector<Tick> result;
  for (const double value : values) {
    const bool is_count = axis == XAxis::steps || axis == XAxis::tokens;
    if (is_count && value != std::floor(value)) continue;  // there is no half a step
    const double distance = distance_of(values);
    result.push_back({value, is_time    ? time_text(value, distance)
                             : is_count ? count_text(value, distance)
                                        : plain(value, distance)});
  }
  return result;
}

}  // namespace folio::runs
