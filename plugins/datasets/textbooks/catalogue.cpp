#include "textbooks/catalogue.h"

#include <fmt/format.h>

namespace folio::textbooks {
namespace {

// The sizes come from tests/reference/book_bodies.py.
constexpr CatalogueBook kBooks[] = {
    {.id = "romeo-and-juliet",
     .title = "Romeo and Juliet",
     .author = "William Shakespeare",
     .gutenberg_number = 1513,
     .sha256 = "e2ad1b1ca0350566f32760e31422fdc2437bc5a698f7277628c20b3fd42d5b83",
     .body_size = 147'917},
    {.id = "macbeth",
     .title = "Macbeth",
     .author = "William Shakespeare",
     .gutenberg_number = 1533,
     .sha256 = "5a5a16cd133ef886f05fefddb17459131c746fae0ea7c01fcb8771bea99bc0c6",
     .body_size = 107'841},
    {.id = "pride-and-prejudice",
     .title = "Pride and Prejudice",
     .author = "Jane Austen",
     .gutenberg_number = 1342,
     .sha256 = "48e0522844402a86a3ea98f0947ba85ea54838db3c59022299298ed968a5a163",
     .body_size = 697'950},
    {.id = "moby-dick",
     .title = "Moby Dick; or The Whale",
     .author = "Herman Melville",
     .gutenberg_number = 2701,
     .sha256 = "baf9b04fcf6e0008f30eaaa6697277751448c1070b20175e0082f28cbb161fd3",
     .body_size = 1'241'008},
};

}  // namespace

std::span<const CatalogueBook> catalogue() { return kBooks; }

const CatalogueBook* find_in_catalogue(std::string_view id) {
  for (const CatalogueBook& book : kBooks)
    if (book.id == id) return &book;
  return nullptr;
}

std::vector<std::string> catalogue_ids() {
  std::vector<std::string> ids;
  for (const CatalogueBook& book : kBooks) ids.emplace_back(book.id);
  return ids;
}

std::string file_name(const CatalogueBook& book) { return std::string(book.id) + ".txt"; }

std::string address(const CatalogueBook& book, const std::string& mirror) {
  return fmt::format("{0}/cache/epub/{1}/pg{1}.txt", mirror, book.gutenberg_number);
}

}  // namespace folio::textbooks
