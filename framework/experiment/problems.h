#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiment/source.h"
#include "support/error.h"

namespace folio::experiment {

/// Collects all that is wrong with an experiment, so that it can be reported at once.
class Problems {
 public:
  /// `key` is the dotted path ("model.hidden_size"), empty where no key is concerned. After the hundredth problem it
  /// throws what there is, which bounds the work that a hostile file can cause.
  void add(const Place& place, std::string_view key, std::string_view what, ErrorKind kind = ErrorKind::experiment);

  /// Adds a problem that leaves nothing to go on with, and throws all.
  [[noreturn]] void fail(const Place& place, std::string_view key, std::string_view what);

  /// Fails where there is a password in the source: an experiment is kept with each of its runs.
  void refuse_password(const Source& source);

  /// What is no problem and should be said all the same.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  const std::vector<std::string>& notes() const { return notes_; }

  bool empty() const { return problems_.empty(); }

  /// Throws one Error with a problem a line, in the order of the sources and of their lines. Its kind is
  /// ErrorKind::plugin when nothing but plugins is to blame.
  void throw_if_any() const;

 private:
  struct Problem {
    Place place;
    std::string text;
    ErrorKind kind;
  };

  [[noreturn]] void throw_all(std::string_view end) const;

  std::vector<Problem> problems_;
  std::vector<std::string> notes_;
};

}  // namespace folio::experiment
