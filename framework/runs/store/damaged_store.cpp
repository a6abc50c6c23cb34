#include "runs/store/damaged_store.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include <system_error>

#include "runs/store/database.h"
#include "support/error.h"

namespace folio::runs {

namespace fs = std::filesystem;
using soci::into;

bool store_is_sound(const fs::path& store_file) {
  if (!fs::exists(store_file)) return true;
  try {
    Database database(sqlite_file(store_file));
    return database.guarded([](soci::session& session) {
      std::string answer;
      session << "PRAGMA quick_check(1)", into(answer);
      return answer == "ok";
    });
  } catch (const Error&) {
    return false;
  }
}

fs::path set_store_aside(const fs::path& store_file) {
  fs::path aside = store_file.string() + ".damaged";
  for (int i = 2; fs::exists(aside); ++i) aside = fmt::format("{}.damaged-{}", store_file.string(), i);
  std::error_code error;
  // The journal first: left behind it would be rolled into the new store.
  const fs::path journal = store_file.string() + "-journal";
  if (fs::exists(journal)) fs::rename(journal, aside.string() + "-journal", error);
  if (!error) fs::rename(store_file, aside, error);
  if (error) throw Error(ErrorKind::store, store_file.string() + ": cannot be moved: " + error.message());
  return aside;
}

}  // namespace folio::runs
