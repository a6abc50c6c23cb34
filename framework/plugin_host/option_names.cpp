#include "plugin_host/option_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "folio/description.h"

namespace folio::plugin_host {
namespace {

/// Words of letters, digits and '_', with dots between.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits) && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos;
}

/// Whether an experiment could not say both: they are equal, or one is a mapping that holds the other.
bool collide(std::string_view a, std::string_view b) {
  const auto holds = [](std::string_view outer, std::string_view inner) {
    return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '.';
  };
  return a == b || holds(a, b) || holds(b, a);
}

}  // namespace

std::optional<std::string> problem_with_names(PluginKind kind, const OptionTable& options) {
  const OptionTable framework = framework_options(kind);
  std::vector<std::string> earlier;
  for (const std::string& name : options.names()) {
    if (!is_name(name))
      return fmt::format("declares an option '{}', expected a name of letters, digits and '_', separated by dots",
                         name);
    if (collide(name, "type"))
      return fmt::format("declares an option '{}', but 'type' names the plugin in an experiment; give it another name",
                         name);
    for (const std::string& own : framework.names()) {
      if (!collide(name, own)) continue;
      return fmt::format(
          "declares an option '{}', but '{}' is one that Folio gives every {}; give the plugin's another name", name,
          own, kind == PluginKind::dataset ? "data set" : to_string(kind));
    }
    for (const std::string& other : earlier) {
      if (name == other) return fmt::format("declares the option '{}' twice", name);
      if (!collide(name, other)) continue;
      return fmt::format(
          "declares the options '{}' and '{}', but one of them would have to be a mapping that contains the other",
          other, name);
    }
    earlier.push_back(name);
  }
  return std::nullopt;
}

}  // namespace folio::plugin_host
