#include "experiment/problems.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "support/passwords.h"

namespace folio::experiment {

void Problems::add(const Place& place, std::string_view key, std::string_view what, ErrorKind kind) {
  constexpr std::size_t kMost = 100;
  const std::string key_text = key.empty() ? "" : printable(key, 120) + ": ";
  problems_.push_back({place, fmt::format("{}: {}{}{}", to_string(place), key_text, what, excerpt(place)), kind});
  if (problems_.size() == kMost) throw_all("\nThese are the first 100 problems; there may be more.");
}

void Problems::fail(const Place& place, std::string_view key, std::string_view what) {
  add(place, key, what);
  throw_all("");
}

void Problems::refuse_password(const Source& source) {
  if (const auto place = place_of_password(source))
    fail(*place, "",
         "there is a password in it, which would be kept with each run; give it to the program that needs it "
         "in another way, such as an environment variable");
}

void Problems::throw_if_any() const {
  if (!problems_.empty()) throw_all("");
}

void Problems::throw_all(std::string_view end) const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tuple(a.place.source->order, a.place.line, a.place.column) <
           std::tuple(b.place.source->order, b.place.line, b.place.column);
  });
  std::vector<std::string> lines;
  bool only_plugins = true;
  for (Problem& problem : sorted) {
    lines.push_back(std::move(problem.text));
    only_plugins = only_plugins && problem.kind == ErrorKind::plugin;
  }
  throw Error(only_plugins ? ErrorKind::plugin : ErrorKind::experiment,
              without_passwords(fmt::format("{}{}", fmt::join(lines, "\n"), end)));
}

}  // namespace folio::experiment
