#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/interrupts.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/record/run_folder.h"
#include "serve/run_server.h"
#include "support/child_process.h"
#include "support/error.h"

namespace folio::cli {
namespace {

struct ServeCommandOptions {
  std::string host = "127.0.0.1";
  std::int64_t port = 8470;
  bool open = false;
  bool json = false;
};

/// Waits a little for a browser that cannot be started; one that was goes on by itself, without this process.
constexpr const char* kOpen = R"sh(xdg-open "$1" >/dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10; do
  sleep 0.2
  kill -0 $! 2>/dev/null || { wait $!; exit $?; }
done)sh";

void open_browser(const std::string& address) {
  const ChildOutput opened = run_child("/bin/sh", {"-c", kOpen, "sh", address}, std::chrono::seconds(5));
  if (!opened.status.success())
    std::cerr << "note: no browser could be opened (xdg-open " << opened.status.to_text()
              << "); open the address yourself\n";
}

void tell_address(const serve::RunServer& server, const ServeCommandOptions& options) {
  if (options.json) {
    std::cout << json_line({{"address", server.address()}, {"port", server.port()}, {"token", server.token()}});
  } else {
    fmt::print(std::cout, "{}\nThe part behind # lets the page write tags and notes. Ctrl-C ends the server.\n",
               server.address());
  }
  std::cout << std::flush;
}

int serve_runs(const GlobalOptions& global, const ServeCommandOptions& options) {
  open_store(global);  // brings it up to date, and tells what cannot be read
  serve::ServeOptions wanted;
  wanted.host = options.host;
  if (wanted.host.starts_with('[') && wanted.host.ends_with(']'))  // as addresses have it
    wanted.host = wanted.host.substr(1, wanted.host.size() - 2);
  wanted.port = static_cast<unsigned short>(options.port);
  wanted.runs_folder = runs::runs_folder(global.results);
  wanted.open_store = [&global] { return store_of(global); };
  auto server = std::make_unique<serve::RunServer>(std::move(wanted));
  const InterruptScope interrupts(/*reads=*/true);
  tell_address(*server, options);
  if (options.open) open_browser(server->address());
  constexpr useconds_t kBetweenLooks = 100'000;  // a signal that another thread takes does not wake this one
  while (interrupt_count() == 0) ::usleep(kBetweenLooks);
  const int code = interrupted_exit_code();
  if (server->stop()) return code;
  std::_Exit(code);  // the store is made for it: what was not committed is done again
}

}  // namespace

void add_serve(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command = program.subcommand(
      "serve",
      "Show the runs on a web page: live curves, comparisons, logs and samples, for a browser on this machine");
  const auto options = std::make_shared<ServeCommandOptions>();
  command.option("--port", options->port, "the port to listen on; 0 takes a free one")
      .range(std::int64_t{0}, std::int64_t{65535})
      .show_default();
  command
      .option(
          "--host", options->host,
          "the address to listen on; with any other than the default, other machines can reach the page and need the "
          "token")
      .show_default();
  command.flag("--open", options->open, "open the page in the browser");
  command.flag("--json", options->json, "print address, port and token as JSON, in one line");
  command.footer(
      "The page shows the runs of the results folder or the store, and follows those at work. Open the whole address "
      "that is printed: the token in it lets the page write tags and notes.\n\nExamples:\n  runner serve\n  runner "
      "serve "
      "--open\n  runner serve --port 0 --json\n  runner --store postgresql://ann@db.example.org/folio serve");
  command.action([&global, options, &exit_code] { exit_code = serve_runs(global, *options); });
}

}  // namespace folio::cli
