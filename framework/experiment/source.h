#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace folio::experiment {

/// A text that values of an experiment come from.
struct Source {
  enum class Kind { file, base_file, override_value };

  Kind kind = Kind::file;
  std::string name;  ///< a file's path as the user would write it; an override as given on the command line
  std::string text;  ///< the file's contents; of an override, what is right of its '='
  int order = 0;     ///< problems are listed in this order of their sources
};

/// Owns the sources of one experiment. Places point into it, so it outlives them.
class Sources {
 public:
  const Source& add(Source::Kind kind, std::string name, std::string text);

 private:
  std::deque<Source> sources_;
};

/// Where a value stands. Line and column count from zero and the column is in bytes, as the YAML parser gives them;
/// what is shown to people counts from one, in characters.
struct Place {
  const Source* source = nullptr;
  int line = kWholeSource;
  int column = 0;

  static constexpr int kWholeSource = -1;  ///< the source as a whole, where no line can be named
};

/// "file.yaml:3:7", "file.yaml", or "override 'a.b=c'".
std::string to_string(const Place& place);

/// Whether values of `upper` replace those of `lower`: an override those of files, a file those of what it extends.
bool lies_over(const Source& upper, const Source& lower);

/// The line of the place without its line end.
std::string_view line_of(const Place& place);

/// The source's line with a caret under the column, each line indented and begun by a line end; empty for an override,
/// a whole source, and a line too long to show.
std::string excerpt(const Place& place);

/// Text for a message, as without_controls() makes it; what is too long is cut.
std::string printable(std::string_view text, std::size_t limit = 60);

/// The first line with a password in it, as has_password() finds them.
std::optional<Place> place_of_password(const Source& source);

/// Why the text cannot be YAML, before any parsing: where the first byte stands that is a control character or is not
/// UTF-8, with the reason.
struct Unreadable {
  Place place;
  std::string reason;
};
std::optional<Unreadable> unreadable(const Source& source);

}  // namespace folio::experiment
