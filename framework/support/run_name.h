#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace folio {

/// What is wrong with the text as the name of a run or an experiment, as the rest of a message; none where it is right:
/// 1 to 64 letters, digits, '.', '_' and '-' of ASCII, the first of them no '.' or '-', and nothing that stands for
/// something else where a run is named: `latest`, `baseline`, an id, a file (NAME.yaml, NAME.yml, NAME.json), in upper
/// case neither.
std::optional<std::string> problem_with_name(std::string_view name);

/// Whether `text`, an id or a name, begins with `name`; upper and lower case count as the same.
bool name_begins(std::string_view text, std::string_view name);

/// Whether an id of today or tomorrow may begin so, by which a run can be named.
bool may_begin_id(std::string_view name);

/// A name, one that is right and may begin no id, made of any text: what cannot stand in a name becomes '-'.
std::string name_from(std::string_view text);

}  // namespace folio
