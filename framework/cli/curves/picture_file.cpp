#include "cli/curves/picture_file.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "runs/plot/plot_svg.h"
#include "runs/report/plot_page.h"
#include "support/child_process.h"
#include "support/error.h"
#include "support/files.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConverter = "rsvg-convert";  // of librsvg

/// In the folders of PATH; empty where it is in none.
fs::path find_program(const char* name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / name;
    if (program.is_absolute() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

/// What the converter makes of a picture. PNGs have twice as many pixels, for screens that show them so.
std::string converted(const std::string& svg, const std::string& format) {
  const fs::path program = find_program(kConverter);
  if (program.empty())
    throw Error(ErrorKind::run, std::string("a picture in ") + format + " needs the program " + kConverter +
                                    ", which is not there: install Debian's package librsvg2-bin, or write .svg");
  ChildProcess::Options options;
  options.arguments = {"--format", format};
  if (format == "png") options.arguments.insert(options.arguments.end(), {"--zoom", "2"});
  options.input = svg;
  ChildProcess child(program, options);
  const std::string bytes = read_to_end(child.output(), kConverter, ErrorKind::run);
  const ExitStatus status = child.wait();
  if (!status.success()) throw Error(ErrorKind::run, std::string(kConverter) + " " + status.to_text());
  return bytes;
}

}  // namespace

void require_folder_for(const fs::path& to) {
  const fs::path folder = to.has_parent_path() ? to.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw Error(ErrorKind::store,
                without_controls(to.string()) + ": there is no folder " + without_controls(folder.string()));
}

void require_picture_name(const fs::path& to) {
  const std::string ending = to.extension().string();
  const std::vector<std::string> known{".svg", ".png", ".pdf", ".html"};
  for (const std::string& name : known)
    if (ending == name) return;
  throw Error(ErrorKind::usage, "-o '" + without_controls(to.string()) +
                                    "': a picture ends in .svg, .png, .pdf or .html" + did_you_mean(ending, known));
}

void write_picture(const runs::Plot& plot, const fs::path& to) {
  require_picture_name(to);
  require_folder_for(to);
  const std::string ending = to.extension().string();
  std::string bytes;
  if (ending == ".html")
    bytes = runs::html_of(plot);
  else if (ending == ".svg")
    bytes = runs::to_svg(plot);
  else
    bytes = converted(runs::to_svg(plot), ending.substr(1));
  AtomicFile file(to, ErrorKind::store);
  file.write(bytes);
  file.commit();
}

}  // namespace folio::cli
