#include "support/passwords.h"

#include <catch2/catch.hpp>
#include <string>

using namespace folio;

TEST_CASE("a password in an address is taken out") {
  CHECK(without_passwords("https://ann:secret@host/books") == "https://ann:***@host/books");
  CHECK(without_passwords("GET 'https://ann:secret@host:8080/a?b=c' failed: 404") ==
        "GET 'https://ann:***@host:8080/a?b=c' failed: 404");
  CHECK(without_passwords("https://host/a?token=secret&page=2") == "https://host/a?token=***&page=2");
  CHECK(without_passwords("https://host/a?page=2&sslpassword=secret") == "https://host/a?page=2&sslpassword=***");
  CHECK(without_passwords("two: ftp://a:secret@x and s3://b:secret@y") == "two: ftp://a:***@x and s3://b:***@y");
  CHECK(without_passwords("host=db user=ann password=secret") == "host=db user=ann password=***");
}

TEST_CASE("a password is taken out of an address that is not well formed") {
  for (const char* text :
       {"postgresql://user:pa secret@host:port:x", "postgres:/user:secret@host/db", "postgresql:/user:secret@host",
        "https://user:se/secret@host/x", "https://user:se@secret@host/x", "https://user:se?secret@host",
        "x://u:secret@", "https://us@er:secret@host", "https://user:se#secret@host"}) {
    CAPTURE(text);
    CHECK(has_password(text));
    CHECK(without_passwords(text).find("secret") == std::string::npos);
    CHECK(without_passwords(text).find("***@") != std::string::npos);
  }
}

TEST_CASE("text without a password stays as it is") {
  for (const char* text :
       {"https://www.gutenberg.org", "https://host:8080/a@b", "http://127.0.0.1:80/", "http://[::1]:80/x",
        "postgresql://ann@db.example.org/folio", "postgresql://127.0.0.1:1/folio?user=ann@server",
        "https://ann@host:80/x", "see https://host:80/x, or write to ann@host", "C:/books", "unk_token=[UNK]",
        "training.seed=7", "a: b@c", "://", ":/", "https://", "https://:@x", "12:30 ann@host",
        "https://host/a?page=2&size=3"}) {
    CAPTURE(text);
    CHECK_FALSE(has_password(text));
    CHECK(without_passwords(text) == text);
  }
  CHECK_FALSE(has_password("https://ann:***@host"));
}

TEST_CASE("a parameter that is called key is a secret") {
  CHECK(without_passwords("https://host/books?key=secret&page=2") == "https://host/books?key=***&page=2");
  CHECK(without_passwords("https://host/books?monkey=1") == "https://host/books?monkey=1");
}
