#pragma once

#include <map>
#include <string>
#include <vector>

namespace folio::textbooks {

/// The shares that the option `shares` gives to books: entries "macbeth=0.5", where the name is a document's and the
/// number is greater than 0 and at most 1. `names` are the documents that there are. Throws Error (experiment) that
/// names every entry that is not so, with the nearest name, and every book that has two.
std::map<std::string, double> read_shares(const std::vector<std::string>& entries,
                                          const std::vector<std::string>& names);

}  // namespace folio::textbooks
